// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_descriptor.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t vendor_length = 8;
constexpr std::size_t product_length = 16;

void read_flags(std::uint32_t flags, ElementStatus& element) {
    element.full = (flags & 0x01) != 0;
    element.exception = (flags & 0x04) != 0;
    if (element.type != ElementType::transport)
        element.accessible = (flags & 0x08) != 0;
    if (element.type == ElementType::import_export) {
        element.import_export = (flags & 0x02) != 0;
        element.export_enabled = (flags & 0x10) != 0;
        element.import_enabled = (flags & 0x20) != 0;
        element.operator_intervention_required = (flags & 0x80) != 0;
    }
}

void read_bus(std::uint32_t flags, std::uint32_t bus_address, ElementStatus& element) {
    if (element.type != ElementType::data_transfer)
        return;
    if ((flags & 0x20) != 0) // ID VALID
        element.scsi_bus_address = static_cast<std::uint8_t>(bus_address);
    if ((flags & 0x10) != 0) // LU VALID
        element.logical_unit_number = static_cast<std::uint8_t>(flags & 0x07);
}

/// Takes a volume tag as far as it fits. A stray NUL ends the label, as it does for every tool that
/// ever printed one; without its last four bytes (tgt) it is a label all the same.
std::optional<std::string> read_tag(ByteReader& in) {
    if (in.remaining() < tag_text_length)
        return std::nullopt;
    std::array<char, tag_text_length> text{}; // one per element: no memory is allocated for it
    const auto raw = in.bytes(tag_text_length);
    std::transform(
        raw.begin(), raw.end(), text.begin(), [](std::byte b) { return static_cast<char>(b); });
    in.bytes(std::min(in.remaining(), tag_length - tag_text_length));
    const auto end = std::find(text.begin(), text.end(), '\0');
    return std::string(trim_padding(
        std::string_view(text.data(), static_cast<std::size_t>(std::distance(text.begin(), end)))));
}

/// mhvtl's serial-number-only profiles set AVOLTAG and send no alternate tag: then an identifier's
/// code set (1 to 3) stands where the tag's first character would.
bool alternate_tag_follows(ByteReader in) {
    if (in.remaining() < tag_length)
        return false;
    const auto first = in.be(1);
    return first == 0 || first > 3;
}

/// Reads the identifier only where it fits: half a serial number would name another drive.
std::optional<DeviceIdentifier> read_identifier(ByteReader& in) {
    DeviceIdentifier identifier;
    identifier.code_set = static_cast<std::uint8_t>(in.be(1) & 0x0F);
    identifier.type = static_cast<std::uint8_t>(in.be(1) & 0x0F);
    in.be(1); // reserved
    identifier.identifier = in.text(in.be(1));
    if (trim_padding(identifier.identifier).empty()) // blank, or it did not fit
        return std::nullopt;
    return identifier;
}

} // namespace

std::string_view DeviceIdentifier::vendor() const {
    return type == 1 ? trim_padding(std::string_view(identifier).substr(0, vendor_length))
                     : std::string_view();
}

std::string_view DeviceIdentifier::product() const {
    if (type != 1 || identifier.size() <= vendor_length)
        return {};
    return trim_padding(std::string_view(identifier).substr(vendor_length, product_length));
}

std::string_view DeviceIdentifier::serial_number() const {
    if (type == 0)
        return trim_padding(identifier);
    constexpr auto at = vendor_length + product_length;
    if (type != 1 || identifier.size() <= at)
        return {};
    return trim_padding(std::string_view(identifier).substr(at));
}

ElementStatus decode_element_descriptor(const ElementDescriptor& descriptor) {
    ByteReader in(descriptor.bytes());
    ElementStatus element{.type = descriptor.type()};
    element.address = ElementAddress(in.be(2));
    read_flags(in.be(1), element);
    in.be(1); // reserved
    const auto codes = in.be(2);
    element.asc = static_cast<std::uint8_t>(codes >> 8);
    element.ascq = static_cast<std::uint8_t>(codes & 0xFF);
    const auto bus_flags = in.be(1);
    read_bus(bus_flags, in.be(1), element);
    in.be(1); // reserved
    const auto medium = in.be(1);
    element.inverted = (medium & 0x40) != 0;
    element.disabled = (medium & 0x08) != 0;
    element.medium_type = static_cast<std::uint8_t>(medium & 0x07);
    const auto source = ElementAddress(in.be(2));
    if (in.faulted())
        return element;
    if ((medium & 0x80) != 0) // SVALID
        element.source = source;
    if (descriptor.page().primary)
        element.volume_tag = read_tag(in);
    if (descriptor.page().alternate && alternate_tag_follows(in))
        element.alternate_volume_tag = read_tag(in);
    if (descriptor.whole())
        element.identifier = read_identifier(in);
    return element;
}

Result<ElementStatusReport> decode_element_status(std::span<const std::byte> received) {
    ElementStatusReport report;
    const auto summary = visit_element_status(received, [&](const ElementDescriptor& descriptor) {
        report.elements.push_back(decode_element_descriptor(descriptor));
    });
    if (!summary)
        return summary.error();
    report.first = summary->first;
    report.available = summary->available;
    report.announced_bytes = summary->announced_bytes;
    report.cut = summary->cut;
    return report;
}

} // namespace changer::scsi
