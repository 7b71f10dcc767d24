// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/drive_command.hpp"
#include "scsi/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::jobs::on_media {

/// A cartridge that a drive is to look at.
struct Visit {
    std::string media;           ///< id of its record
    scsi::ElementAddress home{}; ///< where it is taken from, and brought back to
    std::optional<std::string> barcode = std::nullopt;
    std::optional<scsi::ElementAddress> failed_in = std::nullopt; ///< a drive that failed at it

    bool operator==(const Visit&) const = default;
};

/// How far a drive is with the cartridge it looks at.
enum class Stage : std::uint8_t {
    unused, ///< not ours; with a visit: what an earlier run left in it
    taking,
    empty,   ///< ours, and ready for a cartridge
    loading, ///< the arm brings one
    identifying,
    unloading,
    ready,     ///< the arm can take the cartridge
    returning, ///< the arm does
    releasing,
    out, ///< not to be worked with; with a visit: that cartridge is stuck in it
};

/// Returns the enumerator's spelling.
std::string_view name(Stage stage);

/// One drive as the inventory uses it.
struct Bay {
    DriveReach drive;
    Stage stage = Stage::unused;
    std::optional<Visit> visit = std::nullopt;
    std::uint64_t since = 0;                        ///< who came to its stage first has the lower
    std::optional<DriveCommand> due = std::nullopt; ///< to be sent
    unsigned failures = 0;                          ///< in a row
    bool again = false;                             ///< another drive is to look at its cartridge
    bool leave_out = false;                         ///< it goes out when its cartridge is home
    std::string why = {};                           ///< of `out`

    /// True while a cartridge is in it, or on its way.
    bool occupied() const { return visit.has_value(); }
};

} // namespace changer::jobs::on_media
