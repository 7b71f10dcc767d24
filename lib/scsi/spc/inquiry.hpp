// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace changer::scsi {

/// Asks for the standard INQUIRY data, or for one vital product data page.
struct Inquiry {
    std::optional<std::uint8_t> vpd_page = std::nullopt;
    std::uint16_t allocation_length = 96;

    bool operator==(const Inquiry&) const = default;
};

/// Encodes INQUIRY (12h).  Source:  SPC-4, INQUIRY command
constexpr Cdb encode(const Inquiry& command) {
    return Cdb(opcode::inquiry, 6)
        .put(1, command.vpd_page ? 0x01 : 0, 1)
        .put(2, command.vpd_page.value_or(0), 1)
        .put(3, command.allocation_length, 2);
}

/// Errors:  invalid_parameter — not this command, or a page code without EVPD
Result<Inquiry> decode_inquiry(const Cdb& cdb);

/// What a device says it is.
struct InquiryData {
    DeviceType type = DeviceType::unknown; ///< any 5-bit value, those without a name too
    bool connected = true;                 ///< peripheral qualifier 0: a device is behind this LUN
    bool removable = false;
    bool attached_changer =
        false; ///< MChngr: a changer answers at this tape's LUN (READ ... ATTACHED)
    std::uint8_t version = 0;
    std::string vendor;               ///< padding removed
    std::string product;              ///< padding removed
    std::string revision;             ///< padding removed
    std::string vendor_specific = {}; ///< bytes 36 to 55 as they are, as far as they were sent
    /// Bit 0 of byte 55, Exabyte's convention (IBM 3573, Quantum Scalar follow it); none if not
    /// sent.
    std::optional<bool> bar_code_reader = std::nullopt;

    bool operator==(const InquiryData&) const = default;
};

/// Decodes standard INQUIRY data.
///
/// Source:  SPC-4, standard INQUIRY data
/// Errors:  malformed_response — fewer than 36 bytes
Result<InquiryData> decode_inquiry_data(std::span<const std::byte> received);

/// Encodes standard INQUIRY data: 56 bytes, vendor_specific cut or padded to its 20.
Bytes encode_inquiry_data(const InquiryData& data);

} // namespace changer::scsi
