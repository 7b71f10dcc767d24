// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_descriptor.hpp"
#include "support/bytes.hpp"

#include <algorithm>

namespace changer::scsi {
namespace {

using Visitor = std::function<void(const ElementDescriptor&)>;

constexpr std::size_t header_length = 8;
constexpr std::size_t fixed_length = 12;       // of a descriptor, before its tags
constexpr std::size_t shortest_descriptor = 4; // address and flags: HP optical, before SCSI-2

struct PageHeader {
    ElementType type = ElementType::any;
    ElementDescriptor::Page flags;
    std::size_t descriptor_length = 0;
    std::size_t bytes = 0;
};

bool all_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{}; });
}

PageHeader read_page_header(ByteReader& in) {
    PageHeader page;
    page.type = ElementType(in.be(1));
    const auto flags = in.be(1);
    page.flags.primary = (flags & 0x80) != 0;
    page.flags.alternate = (flags & 0x40) != 0;
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
    return page.flags.primary && !page.flags.alternate && missing == header_length &&
           rest >= needed && rest + header_length == page.descriptor_length;
}

/// Visits what has arrived of a page; returns whether that was all of it.
bool visit_page(ByteReader& in, const PageHeader& page, bool eight_short, const Visitor& visit) {
    const auto arrived = std::min(page.bytes, in.remaining());
    ByteReader body(in.bytes(arrived));
    while (body.remaining() >= page.descriptor_length)
        visit({page.type, body.bytes(page.descriptor_length), page.flags});
    if (!eight_short || !lacks_padding(page, page.bytes - arrived, body.remaining()))
        return arrived == page.bytes;
    const auto rest = body.bytes(body.remaining());
    Bytes last(rest.begin(), rest.end());
    last.resize(page.descriptor_length);
    visit({page.type, last, {page.flags.primary, page.flags.alternate, /*whole=*/false}});
    return true;
}

/// Visits pages up to the end, or to where nothing more can be told apart.
/// Returns whether all that was announced by the pages has arrived.
Result<bool> visit_pages(std::span<const std::byte> pages, bool eight_short, const Visitor& visit) {
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
        whole = visit_page(in, page, eight_short, visit) && whole;
    }
    return whole && all_zero(in.bytes(in.remaining()));
}

} // namespace

std::optional<ElementAddress> ElementDescriptor::source() const {
    const bool valid = bytes_.size() >= fixed_length && (at(9) & 0x80) != 0;
    return valid ? std::optional(ElementAddress(be_16(10))) : std::nullopt;
}

std::span<const std::byte> ElementDescriptor::tag_at(std::size_t offset) const {
    if (bytes_.size() < offset + tag_text_length)
        return {};
    return bytes_.subspan(offset, std::min(bytes_.size() - offset, tag_length));
}

std::span<const std::byte> ElementDescriptor::primary_tag() const {
    return page_.primary ? tag_at(fixed_length) : std::span<const std::byte>{};
}

std::span<const std::byte> ElementDescriptor::alternate_tag() const {
    if (!page_.alternate)
        return {};
    const auto tag = tag_at(fixed_length + (page_.primary ? tag_length : 0));
    // mhvtl's serial-number-only profiles set AVOLTAG and send no alternate tag: then an
    // identifier's code set (1 to 3) stands where the tag's first character would.
    const bool identifier =
        tag.size() < tag_length || (tag[0] > std::byte{0} && tag[0] <= std::byte{3});
    return identifier ? std::span<const std::byte>{} : tag;
}

Result<ElementStatusSummary>
visit_element_status(std::span<const std::byte> received,
                     const std::function<void(const ElementDescriptor&)>& visit) {
    ByteReader in(received);
    ElementStatusSummary summary;
    summary.first = ElementAddress(in.be(2));
    summary.available = static_cast<std::uint16_t>(in.be(2));
    in.be(1); // reserved
    summary.announced_bytes = in.be(3);
    if (in.faulted())
        return Error{Code::malformed_response, "element status header is truncated"};
    const std::size_t arrived = std::min<std::size_t>(summary.announced_bytes, in.remaining());
    // As many bytes as announced, the header's 8 among them: either these were counted as well, or
    // the last 8 were not sent. The pages tell which.
    const bool header_counted = summary.announced_bytes == received.size();
    const auto whole = visit_pages(in.bytes(arrived), header_counted, visit);
    if (!whole)
        return whole.error();
    summary.cut = !*whole || (arrived < summary.announced_bytes && !header_counted);
    return summary;
}

} // namespace changer::scsi
