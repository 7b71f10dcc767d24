// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "drive/cartridge_memory.hpp"

namespace changer {

/// Reads every attribute of the chip in the cartridge of a drive; see HeldDrive::read_memory().
Result<CartridgeMemory> ask_memory(Device& device);

} // namespace changer
