// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"

namespace changer::test {

/// An element's address, as short as a test wants it.
constexpr scsi::ElementAddress at(std::uint16_t address) {
    return scsi::ElementAddress{address};
}

} // namespace changer::test
