// SPDX-License-Identifier: Apache-2.0
#include "changer/geometry.hpp"

#include "device/mode_page.hpp"

#include <algorithm>
#include <cstdint>

namespace changer {
namespace {

void end_at_last_address(scsi::ElementRange& range) {
    const unsigned room = 0x10000u - number(range.first);
    range.count = static_cast<std::uint16_t>(std::min<unsigned>(range.count, room));
}

} // namespace

Result<scsi::ElementAddressAssignment> read_geometry(Device& device) {
    const auto page = read_mode_page(device, scsi::ElementAddressAssignment::page);
    if (!page)
        return Error(page.error()).in("read the element addresses");
    auto geometry = scsi::decode_element_address_assignment(*page);
    if (!geometry)
        return std::move(geometry).error().in("read the element addresses");
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
