// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// Goes to the beginning of the tape.
struct Rewind {
    bool immediate = false; ///< IMMED: answer before it is done

    bool operator==(const Rewind&) const = default;
};

/// Encodes REWIND (01h).  Source:  SSC-4, REWIND command
constexpr Cdb encode(const Rewind& command) {
    return Cdb(opcode::rewind, 6).put(1, command.immediate ? 0x01 : 0, 1);
}

/// Errors:  invalid_parameter — not this command
Result<Rewind> decode_rewind(const Cdb& cdb);

} // namespace changer::scsi
