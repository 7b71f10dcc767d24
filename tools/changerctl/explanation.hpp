// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changerctl/sense_question.hpp"
#include "scsi/sense_table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::ctl {

/// One meaning of a code, and what follows from it.
struct Meaning {
    std::vector<scsi::VendorFamily> families; ///< who means it; generic: the standard
    std::string_view text;
    std::optional<std::string_view> cause; ///< none: no source tells
    std::string_view changer_does;         ///< what changer does
    std::string_view operator_does;        ///< what the operator does
    scsi::Reaction reaction = scsi::Reaction::fail;
    std::optional<scsi::Reaction> otherwise; ///< when that did not help
    scsi::DoorEvidence door = scsi::DoorEvidence::none;
};

/// Everything that is known of a code.
struct Explanation {
    std::string summary;             ///< what it means here, in one line; never empty
    std::optional<Meaning> applies;  ///< none: in no table, or only makers other than this know
    std::optional<Meaning> standard; ///< the standard's own, where a maker's applies instead
    std::vector<Meaning> makers;     ///< what makers mean by it, if none was named
    Meaning by_key;                  ///< what follows if no meaning applies
};

/// Explains a code; `family` none: nobody has said whose library it is.
Explanation explain(const SenseQuestion& question, std::optional<scsi::VendorFamily> family);

} // namespace changer::ctl
