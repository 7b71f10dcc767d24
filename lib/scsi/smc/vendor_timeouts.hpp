// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace changer::scsi {

namespace vpd_page {
inline constexpr std::uint8_t ibm_device_driver_data = 0xD0;
} // namespace vpd_page

/// How long a command may take.
struct VendorTimeout {
    std::uint8_t opcode = 0;
    std::chrono::minutes timeout{};

    bool operator==(const VendorTimeout&) const = default;
};

/// Decodes the table of timeouts in IBM's vital product data page D0h: 3573 class (TS3100, TS3200;
/// Dell TL2000 prints the same table). Empty if the page has no such table.
///
/// Source:  inferred from a TS3100's page, as mhvtl's IBM profile holds it; IBM names the page and
///          leaves its contents open
/// Shape:   4-byte page header, 05 bytes "\4SCDD", records of tag (2), length (1), value;
///          record 0014h: pairs of operation code and minutes
/// Errors:  malformed_response — another page, a truncated header, another signature, or the table
///          cut short
/// Notes:   a time of 0 minutes means nothing and is left out
Result<std::vector<VendorTimeout>> decode_vendor_timeouts(std::span<const std::byte> received);

/// Encodes a page D0h with nothing but this table, of at most 127 entries.
Bytes encode_vendor_timeouts(DeviceType type, std::span<const VendorTimeout> timeouts);

} // namespace changer::scsi
