// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/vpd.hpp"

#include "support/text.hpp"

#include <algorithm>

namespace changer::scsi {
namespace {

struct VpdPage {
    std::span<const std::byte> content;
    bool cut = false;
};

/// A device that ignores EVPD answers with standard data: the page code tells, nearly always; a
/// removable device's second byte is 80h as well, but then the length is nonsense.
Result<VpdPage> open_page(std::span<const std::byte> received, std::uint8_t code) {
    ByteReader in(received);
    in.be(1); // peripheral
    const auto page = in.be(1);
    const std::size_t length = in.be(2);
    if (in.faulted())
        return Error{Code::malformed_response, "vital product data is truncated"};
    if (page != code)
        return Error{Code::malformed_response, "vital product data of another page"};
    return VpdPage{.content = in.bytes(std::min(length, in.remaining())),
                   .cut = length > received.size() - 4};
}

Bytes wrap_page(DeviceType type, std::uint8_t code, const Bytes& content) {
    ByteWriter out;
    out.be(static_cast<unsigned>(type) & 0x1Fu, 1).be(code, 1).be(content.size(), 2).bytes(content);
    return std::move(out).take();
}

} // namespace

Result<std::vector<std::uint8_t>> decode_supported_vpd_pages(std::span<const std::byte> received) {
    const auto page = open_page(received, vpd_page::supported_pages);
    if (!page)
        return page.error();
    std::vector<std::uint8_t> codes;
    for (const std::byte b : page->content)
        codes.push_back(std::to_integer<std::uint8_t>(b));
    return codes;
}

Result<std::string> decode_unit_serial_number(std::span<const std::byte> received) {
    const auto page = open_page(received, vpd_page::unit_serial_number);
    if (!page)
        return page.error();
    if (page->cut)
        return Error{Code::malformed_response, "unit serial number is truncated"};
    const auto raw = ByteReader(page->content).text(page->content.size());
    const auto text = trim_padding(raw);
    const auto start = text.find_first_not_of(std::string_view(" \0", 2));
    return start == text.npos ? std::string() : std::string(text.substr(start));
}

Result<std::vector<Designator>> decode_device_identification(std::span<const std::byte> received) {
    const auto page = open_page(received, vpd_page::device_identification);
    if (!page)
        return page.error();
    std::vector<Designator> designators;
    ByteReader in(page->content);
    while (in.remaining() >= 4) {
        Designator designator;
        designator.code_set = Designator::CodeSet(in.be(1) & 0x0F);
        const auto kind = in.be(1);
        designator.association = Designator::Association(kind >> 4 & 0x03);
        designator.type = Designator::Type(kind & 0x0F);
        in.be(1); // reserved
        const auto value = in.bytes(in.be(1));
        if (in.faulted())
            break;
        designator.value.assign(value.begin(), value.end());
        designators.push_back(std::move(designator));
    }
    return designators;
}

Result<ElementAddress> decode_drive_element_address(std::span<const std::byte> received) {
    const auto page = open_page(received, vpd_page::data_transfer_device_element_address);
    if (!page)
        return page.error();
    if (page->cut || page->content.empty())
        return Error{Code::malformed_response, "element address of the drive is truncated"};
    std::uint64_t address = 0;
    constexpr std::uint64_t most = 0xFFFF;
    for (const std::byte b : page->content) {
        address = address << 8 | std::to_integer<std::uint64_t>(b);
        if (address > most)
            return Error{Code::malformed_response, "element address of the drive is none"};
    }
    return static_cast<ElementAddress>(address);
}

Bytes encode_supported_vpd_pages(DeviceType type, std::span<const std::uint8_t> pages) {
    ByteWriter content;
    for (const auto code : pages)
        content.be(code, 1);
    return wrap_page(type, vpd_page::supported_pages, std::move(content).take());
}

Bytes encode_unit_serial_number(DeviceType type, std::string_view serial_number) {
    ByteWriter content;
    content.text(serial_number, serial_number.size());
    return wrap_page(type, vpd_page::unit_serial_number, std::move(content).take());
}

Bytes encode_drive_element_address(ElementAddress address) {
    ByteWriter content;
    content.be(number(address), 2);
    return wrap_page(DeviceType::tape,
                     vpd_page::data_transfer_device_element_address,
                     std::move(content).take());
}

Bytes encode_device_identification(DeviceType type, std::span<const Designator> designators) {
    ByteWriter content;
    for (const auto& designator : designators) {
        const auto value =
            std::span(designator.value).first(std::min<std::size_t>(designator.value.size(), 255));
        content.be(static_cast<unsigned>(designator.code_set) & 0x0Fu, 1)
            .be((static_cast<unsigned>(designator.association) & 0x03u) << 4 |
                    (static_cast<unsigned>(designator.type) & 0x0Fu),
                1)
            .zeros(1)
            .be(value.size(), 1)
            .bytes(value);
    }
    return wrap_page(type, vpd_page::device_identification, std::move(content).take());
}

} // namespace changer::scsi
