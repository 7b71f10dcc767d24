// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// Moves one cartridge.
struct MoveMedium {
    ElementAddress transport{}; ///< 0 is most devices' default arm; send the one page 1Dh names
    ElementAddress source{};
    ElementAddress destination{};
    bool invert = false; ///< the other side up, two-sided media
    /// Breece Hill: what its mail tray does, 0 to 3 (1: extends, 2: retracts); 0 for all others.
    std::uint8_t import_export_position = 0;

    bool operator==(const MoveMedium&) const = default;
};

/// Encodes MOVE MEDIUM (A5h).  Source:  SMC-3, MOVE MEDIUM command; byte 11: Breece Hill, EEPOS
constexpr Cdb encode(const MoveMedium& command) {
    return Cdb(opcode::move_medium, 12)
        .put(2, number(command.transport), 2)
        .put(4, number(command.source), 2)
        .put(6, number(command.destination), 2)
        .put(10, command.invert ? 0x01 : 0, 1)
        .put(11, (command.import_export_position & 0x03u) << 6, 1);
}

/// Errors:  invalid_parameter — not this command
Result<MoveMedium> decode_move_medium(const Cdb& cdb);

} // namespace changer::scsi
