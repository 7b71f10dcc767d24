// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// Threads the cartridge in a drive, or lets it go.
struct LoadUnload {
    bool load = false;
    bool immediate = false; ///< IMMED: answer before it is done
    bool retension = false; ///< RETEN: winds the tape to its end and back first
    bool hold = false;      ///< HOLD: the cartridge stays seated, its memory can be read

    bool operator==(const LoadUnload&) const = default;
};

/// Encodes LOAD UNLOAD (1Bh).  Source:  SSC-4, LOAD UNLOAD command
constexpr Cdb encode(const LoadUnload& command) {
    return Cdb(opcode::load_unload, 6)
        .put(1, command.immediate ? 0x01 : 0, 1)
        .put(4,
             (command.hold ? 0x08u : 0u) | (command.retension ? 0x02u : 0u) |
                 (command.load ? 0x01u : 0u),
             1);
}

/// Errors:  invalid_parameter — not this command
Result<LoadUnload> decode_load_unload(const Cdb& cdb);

} // namespace changer::scsi
