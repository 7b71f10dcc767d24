// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/sense.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace changer::sim {

/// What PREVENT ALLOW MEDIUM REMOVAL does to this library.
enum class Prevent : std::uint8_t {
    holds_door,          ///< the door and the mail slots stay shut while any initiator prevents
    good_without_effect, ///< GOOD, and the door opens all the same
    unsupported,         ///< 5/20/00
};

/// Ways in which real libraries make a host's life hard; each one is off by default.
struct Unkindness {
    bool allow_for_everybody = false;  ///< any initiator's ALLOW ends everybody's PREVENT
    bool prevent_needs_ready = false;  ///< PREVENT and ALLOW answer 2/04/xx while not ready
    bool elements_need_ready = false;  ///< READ ELEMENT STATUS answers 2/04/xx while not ready
    bool ready_before_scanned = false; ///< ready as soon as the door closes, cells still unknown
    bool rescan_ignored = false;       ///< INITIALIZE ELEMENT STATUS: GOOD, and nothing happens
    bool drive_needs_unload = false;   ///< a loaded drive has Access=0, MOVE from it 5/3B/90
    bool no_unit_attention_after_door = false; ///< 28/00 does not come when the door was closed
};

/// What kind of library is simulated: what it says it is, and how it behaves.
struct Personality {
    std::string_view name;
    std::string_view what; ///< one line for --help
    std::string_view vendor = "CHANGER";
    std::string_view product = "SIMULATED LIB";
    std::string_view revision = "0100";
    Prevent prevent = Prevent::holds_door;
    bool reports_lock = true; ///< page 1Fh/41h exists and tells what PREVENT locks
    bool reports_door = true; ///< false: stays ready while the door is open, no unit attention
    bool barcode_reader = true;
    Sense door_open = {0x2, 0x04, 0x18};
    Unkindness unkind = {};
};

/// Returns every personality; the first one is the default.
std::span<const Personality> personalities();

/// Finds a personality by its name; null if there is none.
const Personality* find_personality(std::string_view name);

} // namespace changer::sim
