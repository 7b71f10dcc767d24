// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>

namespace changer::scsi {

/// Asks how long blocks may be.
struct ReadBlockLimits {
    bool operator==(const ReadBlockLimits&) const = default;
};

/// Encodes READ BLOCK LIMITS (05h).  Source:  SSC-4, READ BLOCK LIMITS command
constexpr Cdb encode(const ReadBlockLimits&) {
    return Cdb(opcode::read_block_limits, 6);
}

/// Errors:  invalid_parameter — not this command
Result<ReadBlockLimits> decode_read_block_limits(const Cdb& cdb);

struct BlockLimits {
    std::uint8_t granularity = 0; ///< lengths are multiples of 2 to this power
    std::uint32_t maximum = 0;    ///< 24 bits; 0: no limit is told
    std::uint16_t minimum = 0;

    bool operator==(const BlockLimits&) const = default;
};

/// Decodes READ BLOCK LIMITS data.
///
/// Source:  SSC-4, READ BLOCK LIMITS block limits data
/// Errors:  malformed_response — fewer than 6 bytes
Result<BlockLimits> decode_block_limits(std::span<const std::byte> received);

Bytes encode_block_limits(const BlockLimits& limits);

} // namespace changer::scsi
