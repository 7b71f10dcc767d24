// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// Goes over blocks or filemarks without reading them.
struct Space {
    enum class Over : std::uint8_t { blocks = 0, filemarks = 1, end_of_data = 3 };

    Over over = Over::blocks;
    std::int32_t count = 0; ///< 24 bits; negative: backwards; end_of_data looks at it not

    bool operator==(const Space&) const = default;
};

/// Encodes SPACE(6) (11h).  Source:  SSC-4, SPACE(6) command
constexpr Cdb encode(const Space& command) {
    return Cdb(opcode::space_6, 6)
        .put(1, static_cast<std::uint8_t>(command.over), 1)
        .put(2, static_cast<std::uint32_t>(command.count), 3);
}

/// Errors:  invalid_parameter — not this command, or over something that is not named here
Result<Space> decode_space(const Cdb& cdb);

} // namespace changer::scsi
