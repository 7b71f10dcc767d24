// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/layout.hpp"
#include "sim/unkindness.hpp"
#include "support/sense.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace changer::sim {

/// What PREVENT ALLOW MEDIUM REMOVAL holds in this library.
enum class Prevent : std::uint8_t {
    everything,  ///< the door, the magazines and the mail slots
    mail,        ///< the mail slots alone; the door opens at any time
    unsupported, ///< nothing: 5/20/00
};

/// How a library without a door says that a magazine is out.
struct Magazines {
    unsigned count = 2;               ///< storage is divided among them, in order
    std::optional<Sense> out = {};    ///< what it answers meanwhile; none: it stays ready
    std::optional<Sense> pulled = {}; ///< a unit attention, the moment it is pulled
    std::optional<Sense> pushed = {}; ///< a unit attention, the moment it is back
};

/// How a library names itself in VPD page 80h and as a designator of page 83h.
enum class SerialForm : std::uint8_t {
    plain,         ///< the serial number; `_LLn` behind it where there are several partitions
    first_address, ///< 12 digits, then its first storage address in hexadecimal (IBM 3584)
};

/// ASC and ASCQ in an element's descriptor.
struct ElementCode {
    std::uint8_t asc = 0;
    std::uint8_t ascq = 0;
};

/// What kind of library is simulated: what it says it is, and how it behaves.
struct Personality {
    std::string_view name;
    std::string_view what; ///< one line for --help
    std::string_view vendor = "CHANGER";
    std::string_view product = "SIMULATED LIB";
    std::string_view revision = "0100";
    SerialForm serial_form = SerialForm::plain;
    Prevent prevent = Prevent::everything;
    bool reports_lock = true; ///< page 1Fh/41h exists and tells what PREVENT locks
    bool reports_door = true; ///< false: stays ready while the door is open, no unit attention
    bool barcode_reader = true;
    bool timeouts_page = false; ///< VPD page D0h: how long commands take (IBM 3573)
    bool two_sided = false;     ///< cartridges have a side A and a side B, the arm turns them
    std::optional<Magazines> magazines = {}; ///< instead of a door
    Sense door_open = {0x2, 0x04, 0x18};
    /// Source:  BDT family: not yet scanned; no barcode
    ElementCode not_scanned = {0x83, 0x00};
    ElementCode no_barcode = {0x83, 0x01};
    Layout layout = {};
    Unkindness unkind = {};
};

/// Returns every personality; the first one is the default.
std::span<const Personality> personalities();

/// Finds a personality by its name; null if there is none.
const Personality* find_personality(std::string_view name);

/// The personalities, for --help.
std::string personality_help();

} // namespace changer::sim
