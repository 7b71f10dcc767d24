// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// Reads the next block. A block of another length than asked for is reported with ILI and the
/// difference, requested minus actual, in the sense data's information field.
struct Read {
    bool fixed = false; ///< FIXED: `length` counts blocks of the length set by MODE SELECT
    bool suppress_incorrect_length = false; ///< SILI: a block of another length is no error
    std::uint32_t length = 0;               ///< 24 bits

    bool operator==(const Read&) const = default;
};

/// Encodes READ(6) (08h).  Source:  SSC-4, READ(6) command
constexpr Cdb encode(const Read& command) {
    return Cdb(opcode::read_6, 6)
        .put(1, (command.suppress_incorrect_length ? 0x02u : 0u) | (command.fixed ? 0x01u : 0u), 1)
        .put(2, command.length, 3);
}

/// Errors:  invalid_parameter — not this command, or FIXED with SILI, which SSC-4 forbids
Result<Read> decode_read(const Cdb& cdb);

} // namespace changer::scsi
