// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "support/result.hpp"

namespace changer {

/// Sends the first INITIALIZE ELEMENT STATUS that the device has: those of its quirk row, else 07h,
/// else 37h. E7h is a vendor's own command and goes to nobody without a row.
///
/// Blocks: up to 3 hours
Result<void> rescan_elements(Device& device);

} // namespace changer
