// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// Asks what is where.
struct ReadElementStatus {
    ElementType type = ElementType::any;
    ElementAddress start{}; ///< a minimum
    std::uint16_t count =
        0xFFFF;               ///< a maximum of descriptors; 0 means different things: never send it
    bool volume_tags = false; ///< VOLTAG
    bool current_data = false;           ///< CURDATA: do not move the robot for it
    bool device_identifiers = false;     ///< DVCID
    bool mixed = false;                  ///< MIXED
    std::uint32_t allocation_length = 0; ///< 24 bits; some look at the low 16 only

    bool operator==(const ReadElementStatus&) const = default;
};

/// Encodes READ ELEMENT STATUS (B8h).  Source:  SMC-3, READ ELEMENT STATUS command
/// Notes:   byte 11 stays 0: some refuse the command otherwise
constexpr Cdb encode(const ReadElementStatus& command) {
    return Cdb(opcode::read_element_status, 12)
        .put(1, (command.volume_tags ? 0x10u : 0u) | static_cast<std::uint8_t>(command.type), 1)
        .put(2, number(command.start), 2)
        .put(4, command.count, 2)
        .put(6,
             (command.mixed ? 0x04u : 0u) | (command.current_data ? 0x02u : 0u) |
                 (command.device_identifiers ? 0x01u : 0u),
             1)
        .put(7, command.allocation_length, 3);
}

/// Errors:  invalid_parameter — not this command, or an element type that does not exist
Result<ReadElementStatus> decode_read_element_status(const Cdb& cdb);

} // namespace changer::scsi
