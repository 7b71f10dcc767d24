// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace changer::sim {

enum class DoorState : std::uint8_t { closed, open };

/// One element as it really is, whatever the library has reported about it so far.
struct ElementView {
    scsi::ElementType type = scsi::ElementType::storage;
    scsi::ElementAddress address{};
    std::optional<std::string> cartridge = {}; ///< what lies in it, by its barcode
    bool scanned = true;                       ///< false: the library has not looked yet
};

/// One drive, by its bay.
struct DriveView {
    scsi::ElementAddress address{};
    std::string serial_number;
    bool installed = true;
    bool loaded = false; ///< a tape is threaded
    bool busy = false;   ///< it threads, lets go, cleans
    bool needs_cleaning = false;
};

/// What a test or an operator sees of the library from the outside.
struct Snapshot {
    DoorState door = DoorState::closed;
    bool mail_open = false;
    std::vector<unsigned> magazines_out = {};
    bool ready = true;
    bool scanning = false;
    bool moving = false;
    std::vector<std::string> lock_holders = {};             ///< initiators that prevent removal now
    std::vector<ElementView> elements = {};                 ///< by address
    std::vector<DriveView> drives = {};                     ///< by address
    std::map<std::uint8_t, unsigned> changer_commands = {}; ///< received, by opcode
    std::map<std::uint8_t, unsigned> drive_commands = {};   ///< received by all drives together
    unsigned moves = 0; ///< cartridges that the arm took out of an element

    /// What lies in `address`; nothing if it is empty or no such element exists.
    std::optional<std::string> at(scsi::ElementAddress address) const;

    /// Received commands of this opcode, changer only.
    unsigned count(std::uint8_t opcode) const;
};

/// Writes a snapshot as one JSON object ("changer.sim/1").
std::string to_json(const Snapshot& snapshot);

/// Writes a snapshot for people.
std::string to_text(const Snapshot& snapshot);

} // namespace changer::sim
