// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer {

/// Reads one mode page in the form the device takes: MODE SENSE(6), else (10), each with DBD, else
/// without. Which form that is, it learns once.
///
/// Errors: device_refused — with the first refusal: the device has no such page, or no MODE SENSE;
///         malformed_response
Result<scsi::ModePage> read_mode_page(Device& device, std::uint8_t page, std::uint8_t subpage = 0);

} // namespace changer
