// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/smc/element_status.hpp"
#include "scsi/smc/send_volume_tag.hpp"
#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>

namespace changer::scsi {

/// Asks what the last SEND VOLUME TAG found.
struct RequestVolumeElementAddress {
    ElementType type = ElementType::any;
    ElementAddress start{};              ///< a minimum
    std::uint16_t count = 0xFFFF;        ///< a maximum of descriptors
    bool volume_tags = false;            ///< VOLTAG
    std::uint32_t allocation_length = 0; ///< 24 bits; some look at the low 16 only

    bool operator==(const RequestVolumeElementAddress&) const = default;
};

/// Encodes REQUEST VOLUME ELEMENT ADDRESS (B5h).  Source:  SMC-3, command of that name
constexpr Cdb encode(const RequestVolumeElementAddress& command) {
    return Cdb(opcode::request_volume_element_address, 12)
        .put(1, (command.volume_tags ? 0x10u : 0u) | static_cast<std::uint8_t>(command.type), 1)
        .put(2, number(command.start), 2)
        .put(4, command.count, 2)
        .put(7, command.allocation_length, 3);
}

/// Errors:  invalid_parameter — not this command, or an element type that does not exist
Result<RequestVolumeElementAddress> decode_request_volume_element_address(const Cdb& cdb);

/// The elements found, and the search that found them.
struct VolumeElementAddresses {
    VolumeTagAction action = VolumeTagAction::translate_all; ///< any 5-bit value
    ElementStatusReport report;

    bool operator==(const VolumeElementAddresses&) const = default;
};

/// Decodes REQUEST VOLUME ELEMENT ADDRESS data.
///
/// Source:  SMC-3, REQUEST VOLUME ELEMENT ADDRESS parameter data
/// Shape:   as READ ELEMENT STATUS, with the send action code in byte 4
/// Errors:  as decode_element_status
Result<VolumeElementAddresses> decode_volume_element_addresses(std::span<const std::byte> received);

/// Encodes REQUEST VOLUME ELEMENT ADDRESS data of these pages, uncut.
Bytes encode_volume_element_addresses(VolumeTagAction action,
                                      std::span<const ElementStatusPage> pages);

} // namespace changer::scsi
