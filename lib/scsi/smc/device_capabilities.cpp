// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/device_capabilities.hpp"

#include <utility>

namespace changer::scsi {
namespace {

ElementTypeSet type_set(std::uint32_t byte) {
    return {.transport = (byte & 0x01) != 0,
            .storage = (byte & 0x02) != 0,
            .import_export = (byte & 0x04) != 0,
            .data_transfer = (byte & 0x08) != 0};
}

std::uint32_t bits(const ElementTypeSet& set) {
    return (set.transport ? 0x01u : 0u) | (set.storage ? 0x02u : 0u) |
           (set.import_export ? 0x04u : 0u) | (set.data_transfer ? 0x08u : 0u);
}

/// Mode page 1Fh/41h, bit by bit: its bytes from byte 4 on.
struct Bit {
    std::size_t at;
    std::uint8_t mask;
    bool ExtendedDeviceCapabilities::*member;
};

using Extended = ExtendedDeviceCapabilities;

constexpr std::size_t extended_length = 16;
constexpr std::size_t extended_lock_length = 3; // the bytes that tell of locks

constexpr std::array extended_bits{
    Bit{0, 0x20, &Extended::move_refused_while_prevented},
    Bit{0, 0x10, &Extended::move_closes_import_export},
    Bit{0, 0x08, &Extended::move_opens_import_export},
    Bit{0, 0x04, &Extended::user_closes_import_export},
    Bit{0, 0x02, &Extended::user_opens_import_export},
    Bit{0, 0x01, &Extended::import_export_stores},
    Bit{1, 0x10, &Extended::drives_empty_on_door_access},
    Bit{1, 0x08, &Extended::reports_source_element},
    Bit{1, 0x04, &Extended::moves_tray},
    Bit{1, 0x02, &Extended::import_export_in_magazines},
    Bit{1, 0x01, &Extended::storage_in_magazines},
    Bit{2, 0x04, &Extended::true_exchange},
    Bit{2, 0x02, &Extended::prevent_locks_import_export},
    Bit{2, 0x01, &Extended::prevent_locks_door},
    Bit{3, 0x04, &Extended::eject_before_move_from},
    Bit{3, 0x02, &Extended::eject_before_move_to},
    Bit{3, 0x01, &Extended::pre_eject_position},
    Bit{4, 0x01, &Extended::unassigned_cleaning_storage},
};

} // namespace

Result<DeviceCapabilities> decode_device_capabilities(const ModePage& page) {
    if (page.page != DeviceCapabilities::page || page.subpage != 0)
        return Error{Code::malformed_response, "not the device capabilities page"};
    ByteReader in(page.content);
    DeviceCapabilities capabilities;
    capabilities.can_store = type_set(in.be(1));
    const auto flags = in.be(1);
    capabilities.auto_clean_enabled = (flags & 0x04) != 0;
    capabilities.volume_tag_reader = (flags & 0x02) != 0;
    capabilities.smc2_fields = (flags & 0x01) != 0;
    for (auto& set : capabilities.move)
        set = type_set(in.be(1));
    if (in.faulted())
        return Error{Code::malformed_response, "device capabilities page is truncated"};
    in.be(4);                               // reserved
    for (auto& set : capabilities.exchange) // missing on old, short pages: none
        set = type_set(in.be(1));
    return capabilities;
}

ModePage encode_mode_page(const DeviceCapabilities& capabilities) {
    ByteWriter content;
    content.be(bits(capabilities.can_store), 1)
        .be((capabilities.auto_clean_enabled ? 0x04u : 0u) |
                (capabilities.volume_tag_reader ? 0x02u : 0u) |
                (capabilities.smc2_fields ? 0x01u : 0u),
            1);
    for (const auto& set : capabilities.move)
        content.be(bits(set), 1);
    content.zeros(4);
    for (const auto& set : capabilities.exchange)
        content.be(bits(set), 1);
    content.zeros(4);
    return {.page = DeviceCapabilities::page, .content = std::move(content).take()};
}

Result<ExtendedDeviceCapabilities> decode_extended_device_capabilities(const ModePage& page) {
    if (page.page != Extended::page || page.subpage != Extended::subpage)
        return Error{Code::malformed_response, "not the extended device capabilities page"};
    if (page.content.size() < extended_lock_length)
        return Error{Code::malformed_response, "extended device capabilities page is truncated"};
    ExtendedDeviceCapabilities extended;
    for (const auto& bit : extended_bits)
        if (bit.at < page.content.size())
            extended.*bit.member = (page.content[bit.at] & std::byte{bit.mask}) != std::byte{};
    return extended;
}

ModePage encode_mode_page(const ExtendedDeviceCapabilities& extended) {
    Bytes content(extended_length);
    for (const auto& bit : extended_bits)
        if (extended.*bit.member)
            content.at(bit.at) |= std::byte{bit.mask};
    return {.page = Extended::page, .subpage = Extended::subpage, .content = std::move(content)};
}

} // namespace changer::scsi
