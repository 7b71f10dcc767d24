// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <optional>

namespace changer {

/// Reads where the elements are (mode page 1Dh) and makes it usable: ranges that a quirk states
/// replace the page's, an arm is assumed where none is reported, ranges end at FFFFh. A device
/// without the page whose quirk tells where its elements begin is asked for the elements instead.
///
/// Errors: malformed_response — no page, or no place for a cartridge in it
Result<scsi::ElementAddressAssignment> read_geometry(Device& device,
                                                     std::size_t transfer_limit_bytes);

/// Tells what kind of element has this address; none if no range holds it.
std::optional<scsi::ElementType> type_of(const scsi::ElementAddressAssignment& geometry,
                                         scsi::ElementAddress address);

} // namespace changer
