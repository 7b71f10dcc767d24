// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// Sends the arm in front of an element; nothing is picked or placed.
struct PositionToElement {
    ElementAddress transport{}; ///< 0 is most devices' default arm; send the one page 1Dh names
    ElementAddress destination{};
    bool invert = false; ///< turns the arm over

    bool operator==(const PositionToElement&) const = default;
};

/// Encodes POSITION TO ELEMENT (2Bh).  Source:  SMC-3, POSITION TO ELEMENT command
constexpr Cdb encode(const PositionToElement& command) {
    return Cdb(opcode::position_to_element, 10)
        .put(2, number(command.transport), 2)
        .put(4, number(command.destination), 2)
        .put(8, command.invert ? 0x01 : 0, 1);
}

/// Errors:  invalid_parameter — not this command
Result<PositionToElement> decode_position_to_element(const Cdb& cdb);

} // namespace changer::scsi
