// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::scsi {

namespace vpd_page {
inline constexpr std::uint8_t supported_pages = 0x00;
inline constexpr std::uint8_t unit_serial_number = 0x80;
inline constexpr std::uint8_t device_identification = 0x83;
/// Of tape drives in a library.
inline constexpr std::uint8_t data_transfer_device_element_address = 0xB4;
} // namespace vpd_page

/// Decodes page 00h, the list of pages a device has.
///
/// Source:  SPC-4, Supported VPD Pages VPD page
/// Errors:  malformed_response — another page, or a truncated header
Result<std::vector<std::uint8_t>> decode_supported_vpd_pages(std::span<const std::byte> received);

/// Decodes page 80h; blanks and NULs around the serial number are removed.
///
/// Source:  SPC-4, Unit Serial Number VPD page
/// Errors:  malformed_response — another page, or a serial number cut short: half a serial number
///          would name another device
Result<std::string> decode_unit_serial_number(std::span<const std::byte> received);

/// One name of a device or of one of its ports.  Source:  SPC-4, Device Identification VPD page
struct Designator {
    enum class CodeSet : std::uint8_t { binary = 1, ascii = 2, utf8 = 3 };
    enum class Association : std::uint8_t { logical_unit = 0, target_port = 1, target_device = 2 };
    enum class Type : std::uint8_t {
        vendor_specific = 0,
        t10_vendor_id = 1,
        eui_64 = 2,
        naa = 3,
        relative_target_port = 4,
        target_port_group = 5,
        scsi_name = 8,
    };

    CodeSet code_set = CodeSet::ascii; ///< any 4-bit value
    Association association = Association::logical_unit;
    Type type = Type::t10_vendor_id; ///< any 4-bit value
    Bytes value;                     ///< as it is, padding and all

    bool operator==(const Designator&) const = default;
};

/// Decodes page 83h: every whole designator; one cut at the end is left out.
///
/// Source:  SPC-4, Device Identification VPD page
/// Errors:  malformed_response — another page, or a truncated header
Result<std::vector<Designator>> decode_device_identification(std::span<const std::byte> received);

/// Decodes page B4h: where a drive is in its library, as the library told it.
///
/// Source:  SSC-4, Data Transfer Device Element Address VPD page
/// Errors:  malformed_response — another page, no address in it, one cut short, or one that is none
/// Notes:   of which library, it does not say
Result<ElementAddress> decode_drive_element_address(std::span<const std::byte> received);

Bytes encode_supported_vpd_pages(DeviceType type, std::span<const std::uint8_t> pages);
Bytes encode_unit_serial_number(DeviceType type, std::string_view serial_number);
Bytes encode_drive_element_address(ElementAddress address);
Bytes encode_device_identification(DeviceType type, std::span<const Designator> designators);

} // namespace changer::scsi
