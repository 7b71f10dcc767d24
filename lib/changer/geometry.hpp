// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/result.hpp"

#include <optional>

namespace changer {

/// Reads where the elements are (mode page 1Dh) and makes it usable: an arm is assumed where none
/// is reported, ranges end at FFFFh.
///
/// Errors: malformed_response — no page, or no place for a cartridge in it
Result<scsi::ElementAddressAssignment> read_geometry(Device& device);

/// Tells what kind of element has this address; none if no range holds it.
std::optional<scsi::ElementType> type_of(const scsi::ElementAddressAssignment& geometry,
                                         scsi::ElementAddress address);

} // namespace changer
