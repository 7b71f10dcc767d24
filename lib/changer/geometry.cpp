// SPDX-License-Identifier: Apache-2.0
#include "changer/geometry.hpp"

#include "changer/element_reader.hpp"
#include "device/mode_page.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace changer {
namespace {

void end_at_last_address(scsi::ElementRange& range) {
    const unsigned room = 0x10000u - number(range.first);
    range.count = static_cast<std::uint16_t>(std::min<unsigned>(range.count, room));
}

/// Whether the device has no such page, or not in the form it was asked in; being busy with other
/// things says nothing of that.
bool may_be_read_otherwise(const Error& error) {
    return error.code == Code::malformed_response ||
           (error.sense && error.sense->key == scsi::sense_key::illegal_request);
}

/// Reads page 1Dh. Every changer has it: one that refuses the form it once took is asked in every
/// form anew.
Result<scsi::ElementAddressAssignment> read_page(Device& device) {
    constexpr auto number_of_page = scsi::ElementAddressAssignment::page;
    auto page = read_mode_page(device, number_of_page);
    FeatureMemory& known = device.features();
    if (!page && may_be_read_otherwise(page.error()) && known.mode_sense_6 != Support::unknown) {
        known.mode_sense_6 = known.disable_block_descriptors = Support::unknown;
        page = read_mode_page(device, number_of_page);
    }
    if (!page)
        return std::move(page).error();
    return scsi::decode_element_address_assignment(*page);
}

/// Finds the elements of one type by reading them, from where the quirk says that they begin.
Result<scsi::ElementRange> find_range(Device& device,
                                      std::size_t transfer_limit_bytes,
                                      scsi::ElementType type,
                                      const std::optional<scsi::ElementAddress>& first) {
    if (!first)
        return scsi::ElementRange{};
    const auto room = static_cast<std::uint16_t>(0xFFFF - number(*first));
    const auto elements =
        ElementReader(device, transfer_limit_bytes).read_type(type, {*first, room});
    if (!elements)
        return elements.error();
    if (elements->empty())
        return scsi::ElementRange{*first, 0};
    const unsigned begin = number(elements->front().address);
    const unsigned end = number(elements->back().address) + 1u;
    return scsi::ElementRange{elements->front().address, static_cast<std::uint16_t>(end - begin)};
}

Result<scsi::ElementAddressAssignment> find_elements(Device& device,
                                                     std::size_t transfer_limit_bytes) {
    const auto& first = device.quirk().first_addresses;
    scsi::ElementAddressAssignment found;
    const auto find = [&](scsi::ElementType type,
                          const std::optional<scsi::ElementAddress>& begin,
                          scsi::ElementRange& to) -> Result<void> {
        auto range = find_range(device, transfer_limit_bytes, type, begin);
        if (!range)
            return std::move(range).error();
        to = *range;
        return {};
    };
    using enum scsi::ElementType;
    if (auto done = find(storage, first.storage, found.storage); !done)
        return std::move(done).error();
    if (auto done = find(import_export, first.import_export, found.import_export); !done)
        return std::move(done).error();
    if (auto done = find(data_transfer, first.data_transfer, found.data_transfer); !done)
        return std::move(done).error();
    if (first.storage && found.storage.count == 0)
        return Error{Code::malformed_response, "no slots are where they usually are"};
    found.transport.first = first.transport.value_or(scsi::ElementAddress{});
    return found;
}

void replace_ranges(scsi::ElementAddressAssignment& geometry, const Quirk& quirk) {
    const auto replace = [](scsi::ElementRange& ours,
                            const std::optional<scsi::ElementRange>& stated) {
        ours = stated.value_or(ours);
    };
    replace(geometry.transport, quirk.addresses.transport);
    replace(geometry.storage, quirk.addresses.storage);
    replace(geometry.import_export, quirk.addresses.import_export);
    replace(geometry.data_transfer, quirk.addresses.data_transfer);
}

} // namespace

Result<scsi::ElementAddressAssignment> read_geometry(Device& device,
                                                     std::size_t transfer_limit_bytes) {
    auto geometry = read_page(device);
    const Quirk& quirk = device.quirk();
    if (!geometry && may_be_read_otherwise(geometry.error())) {
        if (quirk.addresses.storage || quirk.addresses.import_export)
            geometry = scsi::ElementAddressAssignment{};
        else if (quirk.first_addresses.storage || quirk.first_addresses.import_export)
            geometry = find_elements(device, transfer_limit_bytes);
    }
    if (!geometry)
        return std::move(geometry).error().in("read the element addresses");
    replace_ranges(*geometry, quirk);
    // HP autochangers report no arm and have one at the address given (mtx, COMPATABILITY).
    geometry->transport.count = std::max<std::uint16_t>(geometry->transport.count, 1);
    end_at_last_address(geometry->transport);
    end_at_last_address(geometry->storage);
    end_at_last_address(geometry->import_export);
    end_at_last_address(geometry->data_transfer);
    // All cells of an IBM 33614LX are mail slots: no storage element is needed, some cell is.
    if (geometry->storage.count == 0 && geometry->import_export.count == 0)
        return Error{Code::malformed_response,
                     "read the element addresses: the changer reports no slots at all"};
    return geometry;
}

std::optional<scsi::ElementType> type_of(const scsi::ElementAddressAssignment& geometry,
                                         scsi::ElementAddress address) {
    using enum scsi::ElementType;
    for (const auto type : {storage, import_export, data_transfer, transport})
        if (geometry.range(type).contains(address))
            return type;
    return std::nullopt;
}

} // namespace changer
