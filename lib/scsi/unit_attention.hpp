// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/sense.hpp"

#include <cstdint>

namespace changer::scsi {

/// A unit attention and the command that met it, which by it was not executed.
struct UnitAttention {
    Sense sense;
    std::uint8_t opcode = 0; ///< of the CDB that was answered with it

    bool operator==(const UnitAttention&) const = default;
};

} // namespace changer::scsi
