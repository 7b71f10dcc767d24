// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_address_assignment.hpp"

#include <utility>

namespace changer::scsi {
namespace {

ElementRange read_range(ByteReader& in) {
    const auto first = ElementAddress(in.be(2));
    return {.first = first, .count = static_cast<std::uint16_t>(in.be(2))};
}

} // namespace

ElementRange ElementAddressAssignment::range(ElementType type) const {
    switch (type) {
    case ElementType::transport:
        return transport;
    case ElementType::storage:
        return storage;
    case ElementType::import_export:
        return import_export;
    case ElementType::data_transfer:
        return data_transfer;
    case ElementType::any:
        break;
    }
    return {};
}

Result<ElementAddressAssignment> decode_element_address_assignment(const ModePage& page) {
    if (page.page != ElementAddressAssignment::page || page.subpage != 0)
        return Error{Code::malformed_response, "not the element address assignment page"};
    ByteReader in(page.content);
    ElementAddressAssignment assignment;
    assignment.transport = read_range(in);
    assignment.storage = read_range(in);
    assignment.import_export = read_range(in);
    assignment.data_transfer = read_range(in);
    return in.finish(assignment, "element address assignment page");
}

ModePage encode_mode_page(const ElementAddressAssignment& assignment) {
    ByteWriter content;
    for (const auto& range : {assignment.transport,
                              assignment.storage,
                              assignment.import_export,
                              assignment.data_transfer})
        content.be(number(range.first), 2).be(range.count, 2);
    content.zeros(2);
    return {.page = ElementAddressAssignment::page, .content = std::move(content).take()};
}

} // namespace changer::scsi
