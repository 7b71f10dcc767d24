// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// The disks' meaning of 1Bh, which some small changers obey as well: Seagate's and HP's DAT
/// changers give their magazine out on `load_eject` without `start`.
struct StartStopUnit {
    bool start = false;
    bool load_eject = false; ///< LOEJ: with `start` load, without it eject
    bool immediate = false;  ///< IMMED: answer before it is done

    bool operator==(const StartStopUnit&) const = default;
};

/// Encodes START STOP UNIT (1Bh).  Source:  SBC-3, START STOP UNIT command
/// Notes:   without `load_eject` a changer reads it as OPEN/CLOSE IMPORT/EXPORT ELEMENT of
///          element 0
constexpr Cdb encode(const StartStopUnit& command) {
    return Cdb(opcode::start_stop_unit, 6)
        .put(1, command.immediate ? 0x01 : 0, 1)
        .put(4, (command.load_eject ? 0x02u : 0u) | (command.start ? 0x01u : 0u), 1);
}

/// Errors:  invalid_parameter — not this command
Result<StartStopUnit> decode_start_stop_unit(const Cdb& cdb);

} // namespace changer::scsi
