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

} // namespace

Result<DeviceCapabilities> decode_device_capabilities(const ModePage& page) {
    if (page.page != DeviceCapabilities::page || page.subpage != 0)
        return Error{Code::malformed_response, "not the device capabilities page"};
    ByteReader in(page.content);
    DeviceCapabilities capabilities;
    capabilities.can_store = type_set(in.be(1));
    capabilities.volume_tag_reader = (in.be(1) & 0x02) != 0;
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
    content.be(bits(capabilities.can_store), 1).be(capabilities.volume_tag_reader ? 0x02 : 0, 1);
    for (const auto& set : capabilities.move)
        content.be(bits(set), 1);
    content.zeros(4);
    for (const auto& set : capabilities.exchange)
        content.be(bits(set), 1);
    content.zeros(4);
    return {.page = DeviceCapabilities::page, .content = std::move(content).take()};
}

Result<ExtendedDeviceCapabilities> decode_extended_device_capabilities(const ModePage& page) {
    if (page.page != ExtendedDeviceCapabilities::page ||
        page.subpage != ExtendedDeviceCapabilities::subpage)
        return Error{Code::malformed_response, "not the extended device capabilities page"};
    ByteReader in(page.content);
    ExtendedDeviceCapabilities extended;
    const auto moves = in.be(1);
    extended.move_refused_while_prevented = (moves & 0x20) != 0;
    extended.move_closes_import_export = (moves & 0x10) != 0;
    extended.move_opens_import_export = (moves & 0x08) != 0;
    extended.user_closes_import_export = (moves & 0x04) != 0;
    extended.user_opens_import_export = (moves & 0x02) != 0;
    extended.import_export_stores = (moves & 0x01) != 0;
    const auto layout = in.be(1);
    extended.reports_source_element = (layout & 0x08) != 0;
    extended.import_export_in_magazines = (layout & 0x02) != 0;
    extended.storage_in_magazines = (layout & 0x01) != 0;
    const auto locks = in.be(1);
    extended.prevent_locks_import_export = (locks & 0x02) != 0;
    extended.prevent_locks_door = (locks & 0x01) != 0;
    return in.finish(extended, "extended device capabilities page");
}

ModePage encode_mode_page(const ExtendedDeviceCapabilities& extended) {
    ByteWriter content;
    content
        .be((extended.move_refused_while_prevented ? 0x20u : 0u) |
                (extended.move_closes_import_export ? 0x10u : 0u) |
                (extended.move_opens_import_export ? 0x08u : 0u) |
                (extended.user_closes_import_export ? 0x04u : 0u) |
                (extended.user_opens_import_export ? 0x02u : 0u) |
                (extended.import_export_stores ? 0x01u : 0u),
            1)
        .be((extended.reports_source_element ? 0x08u : 0u) |
                (extended.import_export_in_magazines ? 0x02u : 0u) |
                (extended.storage_in_magazines ? 0x01u : 0u),
            1)
        .be((extended.prevent_locks_import_export ? 0x02u : 0u) |
                (extended.prevent_locks_door ? 0x01u : 0u),
            1)
        .zeros(13);
    return {.page = ExtendedDeviceCapabilities::page,
            .subpage = ExtendedDeviceCapabilities::subpage,
            .content = std::move(content).take()};
}

} // namespace changer::scsi
