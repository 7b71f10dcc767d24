// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace changer {

/// Where a move stands, read from the elements themselves.
enum class MoveVerdict : std::uint8_t {
    done,           ///< the cartridge is at its destination
    not_done,       ///< the cartridge is at its source
    in_arm,         ///< the cartridge hangs in the arm
    unknown,        ///< the elements do not tell, or cannot be read
    refused_before, ///< a precondition does not hold: no MOVE was sent
};

struct MoveReport {
    MoveVerdict verdict = MoveVerdict::unknown;
    std::optional<Error> error = std::nullopt; ///< present unless done
    /// What the changer said last of source, destination and, where it was asked, the arm.
    std::vector<scsi::ElementStatus> seen = {};
    std::string note = {}; ///< when done in an unusual way: how
};

/// What the changer says of the elements a move is about.
struct Places {
    scsi::ElementStatus source;
    scsi::ElementStatus destination;
    std::vector<scsi::ElementStatus> arms = {}; ///< empty: not asked
};

/// What a changer's element flags can be taken for.
struct MoveRules {
    bool access_means_something = true; ///< Access is set where the arm can reach
    bool implicit_unload = false;       ///< MOVE out of a drive unloads the tape by itself
    scsi::VendorFamily sense_family = scsi::VendorFamily::generic;
};

/// Proves that a cartridge may be moved; an Error says why not.
///
/// Errors: source_empty, destination_full, wrong_cartridge, medium_not_accessible,
///         resource_not_present
Result<void>
check_move(const Places& places, const std::optional<std::string>& barcode, const MoveRules& rules);

/// Whether the wanted cartridge, known by its barcode, lies at the destination and not at the
/// source: then there is nothing left to move.
bool already_moved(const Places& places, const std::optional<std::string>& barcode);

/// Tells where the cartridge is. Never refused_before.
///
/// Notes:  a full element that shows no barcode may hold the wanted one, but does not prove it
MoveVerdict judge_move(const Places& places, const std::optional<std::string>& barcode);

} // namespace changer
