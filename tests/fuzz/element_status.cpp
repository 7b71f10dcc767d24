// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_status.hpp"

#include "fuzz/fuzz.hpp"
#include "scsi/sense_table.hpp"

using namespace changer;
using namespace changer::scsi;

namespace {

ElementStatusPage page_of(const ElementStatus& element) {
    ElementStatusPage page{.type = element.type,
                           .primary_volume_tags = element.volume_tag.has_value(),
                           .alternate_volume_tags = element.alternate_volume_tag.has_value(),
                           .elements = {element}};
    if (element.identifier)
        page.identifier_length = static_cast<std::uint8_t>(element.identifier->identifier.size());
    return page;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto report = decode_element_status(fuzz::input(data, size));
    if (!report)
        return 0;
    fuzz::require(report->elements.size() <= size / 4);
    std::vector<ElementStatusPage> pages;
    for (const auto& element : report->elements) {
        pages.push_back(page_of(element));
        if (element.identifier) {
            fuzz::require(element.identifier->vendor().size() <= 8);
            fuzz::require(element.identifier->product().size() <= 16);
            fuzz::require(element.identifier->serial_number().size() <= 255);
        }
        static_cast<void>(door_evidence(element, VendorFamily::mhvtl));
    }
    const auto encoded = encode_element_status(pages);
    const auto again = decode_element_status(encoded);
    fuzz::require(again && !again->cut && again->elements == report->elements);
    fuzz::require(cut_element_status(encoded, size).size() <= size);
    return 0;
}
