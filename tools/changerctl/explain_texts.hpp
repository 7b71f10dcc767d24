// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"

#include <cstdint>
#include <string_view>

namespace changer::ctl {

/// What follows on a sense code, in sentences without a full stop at the end.
struct ReactionText {
    std::string_view changer_does;  ///< what changer does
    std::string_view operator_does; ///< what is left for the operator
};

/// Returns the sentences of a reaction; every enumerator has both.
ReactionText text_of(scsi::Reaction reaction);

/// Returns what a code says about the door.
std::string_view text_of(scsi::DoorEvidence evidence);

/// Returns the libraries of a family, as people call them.
std::string_view models_of(scsi::VendorFamily family);

/// Why a code comes, where more is known than its meaning says.
struct CauseText {
    std::uint8_t asc = 0;
    std::uint8_t first_ascq = 0;
    std::uint8_t last_ascq = 0;
    std::string_view cause;
    std::string_view operator_does = {}; ///< what helps; empty: what the reaction says
    scsi::VendorFamily family = scsi::VendorFamily::generic; ///< whose meaning of the code
};

/// Finds the cause of one family's meaning of a code; null if nothing is known of it.
const CauseText* find_cause(scsi::VendorFamily family, std::uint8_t asc, std::uint8_t ascq);

} // namespace changer::ctl
