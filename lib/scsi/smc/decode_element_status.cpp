// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_status.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t header_length = 8;
constexpr std::size_t tag_text_length = 32;
constexpr std::size_t tag_length = 36;
constexpr std::size_t shortest_descriptor = 4; // address and flags: HP optical, before SCSI-2
constexpr std::size_t vendor_length = 8;
constexpr std::size_t product_length = 16;

struct PageHeader {
    ElementType type = ElementType::any;
    bool primary_tags = false;
    bool alternate_tags = false;
    std::size_t descriptor_length = 0;
    std::size_t bytes = 0;
};

bool all_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{}; });
}

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

/// What a short descriptor leaves out counts as zero.
ElementStatus read_descriptor(std::span<const std::byte> descriptor, const PageHeader& page) {
    ByteReader in(descriptor);
    ElementStatus element{.type = page.type};
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
    if (page.primary_tags)
        element.volume_tag = read_tag(in);
    if (page.alternate_tags && alternate_tag_follows(in))
        element.alternate_volume_tag = read_tag(in);
    element.identifier = read_identifier(in);
    return element;
}

PageHeader read_page_header(ByteReader& in) {
    PageHeader page;
    page.type = ElementType(in.be(1));
    const auto flags = in.be(1);
    page.primary_tags = (flags & 0x80) != 0;
    page.alternate_tags = (flags & 0x40) != 0;
    page.descriptor_length = in.be(2);
    in.be(1); // reserved
    page.bytes = in.be(3);
    // A count that includes the page's own header would shift every page behind it.
    if (page.descriptor_length > header_length &&
        page.bytes % page.descriptor_length == header_length)
        page.bytes -= header_length;
    return page;
}

bool is_element_type(ElementType type) {
    return type >= ElementType::transport && type <= ElementType::data_transfer;
}

/// Whether all that is missing of a page is padding behind its last volume tag: tgt announces what
/// it should, and sends 8 bytes less.
bool lacks_padding(const PageHeader& page, std::size_t missing, std::size_t rest) {
    constexpr std::size_t needed = 12 + tag_text_length;
    return page.primary_tags && !page.alternate_tags && missing == header_length &&
           rest >= needed && rest + header_length == page.descriptor_length;
}

/// Makes room for `more` elements at once, which have arrived; doubling, so that a thousand pages
/// of one element cost no more than one page of a thousand.
void make_room(std::vector<ElementStatus>& elements, std::size_t more) {
    const auto needed = elements.size() + more;
    if (needed > elements.capacity())
        elements.reserve(std::max(needed, 2 * elements.capacity()));
}

/// Appends what has arrived of a page; returns whether that was all of it.
bool read_page(ByteReader& in,
               const PageHeader& page,
               bool eight_short,
               std::vector<ElementStatus>& elements) {
    const auto arrived = std::min(page.bytes, in.remaining());
    ByteReader body(in.bytes(arrived));
    make_room(elements, arrived / page.descriptor_length + 1);
    while (body.remaining() >= page.descriptor_length)
        elements.push_back(read_descriptor(body.bytes(page.descriptor_length), page));
    if (!eight_short || !lacks_padding(page, page.bytes - arrived, body.remaining()))
        return arrived == page.bytes;
    const auto rest = body.bytes(body.remaining());
    Bytes last(rest.begin(), rest.end());
    last.resize(page.descriptor_length);
    elements.push_back(read_descriptor(last, page));
    elements.back().identifier.reset(); // its end may be missing: it would name another device
    return true;
}

/// Reads pages up to the end, or to where nothing more can be told apart.
/// Returns whether all that was announced by the pages has arrived.
Result<bool> read_pages(std::span<const std::byte> pages,
                        bool eight_short,
                        std::vector<ElementStatus>& elements) {
    ByteReader in(pages);
    bool whole = true;
    while (in.remaining() >= header_length) {
        const auto rest = pages.last(in.remaining());
        const auto page = read_page_header(in);
        if (all_zero(rest.first(header_length)))
            return whole; // padding behind the last page
        if (!is_element_type(page.type))
            return Error{Code::malformed_response, "element status page of an unknown type"};
        if (page.bytes == 0)
            continue; // a type of which there are none
        if (page.descriptor_length == 0)
            return false;
        if (page.descriptor_length < shortest_descriptor)
            return Error{Code::malformed_response, "element descriptor too short for an address"};
        whole = read_page(in, page, eight_short, elements) && whole;
    }
    return whole && all_zero(in.bytes(in.remaining()));
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

Result<ElementStatusReport> decode_element_status(std::span<const std::byte> received) {
    ByteReader in(received);
    ElementStatusReport report;
    report.first = ElementAddress(in.be(2));
    report.available = static_cast<std::uint16_t>(in.be(2));
    in.be(1); // reserved
    report.announced_bytes = in.be(3);
    if (in.faulted())
        return Error{Code::malformed_response, "element status header is truncated"};
    const std::size_t arrived = std::min<std::size_t>(report.announced_bytes, in.remaining());
    // As many bytes as announced, the header's 8 among them: either these were counted as well, or
    // the last 8 were not sent. The pages tell which.
    const bool header_counted = report.announced_bytes == received.size();
    const auto whole = read_pages(in.bytes(arrived), header_counted, report.elements);
    if (!whole)
        return whole.error();
    report.cut = !*whole || (arrived < report.announced_bytes && !header_counted);
    return report;
}

} // namespace changer::scsi
