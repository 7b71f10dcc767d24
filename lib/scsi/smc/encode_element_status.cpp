// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_status.hpp"

#include <algorithm>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t header_length = 8;

std::size_t descriptor_length(const ElementStatusPage& page) {
    return 12u + (page.primary_volume_tags ? tag_length : 0) +
           (page.alternate_volume_tags ? tag_length : 0) +
           (page.identifier_length ? 4u + *page.identifier_length : 0) + page.extra_bytes;
}

std::uint32_t flags_of(const ElementStatus& element) {
    std::uint32_t flags = (element.full ? 0x01u : 0u) | (element.exception ? 0x04u : 0u);
    if (element.type != ElementType::transport)
        flags |= element.accessible ? 0x08u : 0u;
    if (element.type == ElementType::import_export)
        flags |= (element.import_export ? 0x02u : 0u) | (element.export_enabled ? 0x10u : 0u) |
                 (element.import_enabled ? 0x20u : 0u) |
                 (element.operator_intervention_required ? 0x80u : 0u);
    return flags;
}

std::uint32_t bus_flags_of(const ElementStatus& element) {
    return (element.scsi_bus_address ? 0x20u : 0u) |
           (element.logical_unit_number ? 0x10u | (*element.logical_unit_number & 0x07u) : 0u);
}

void write_tag(ByteWriter& out, const std::optional<std::string>& tag) {
    const bool blank = !tag || tag->empty();
    out.text(blank ? "" : *tag, tag_text_length, blank ? '\0' : ' ').zeros(4);
}

void write_identifier(ByteWriter& out,
                      const std::optional<DeviceIdentifier>& identifier,
                      std::uint8_t width) {
    if (!identifier) {
        out.zeros(4u + width);
        return;
    }
    const auto length = std::min<std::size_t>(identifier->identifier.size(), width);
    out.be(identifier->code_set & 0x0Fu, 1)
        .be(identifier->type & 0x0Fu, 1)
        .zeros(1)
        .be(length, 1)
        .text(identifier->identifier, width, '\0');
}

void write_descriptor(ByteWriter& out,
                      const ElementStatus& element,
                      const ElementStatusPage& page) {
    out.be(number(element.address), 2)
        .be(flags_of(element), 1)
        .zeros(1)
        .be(element.asc, 1)
        .be(element.ascq, 1)
        .be(bus_flags_of(element), 1)
        .be(element.scsi_bus_address.value_or(0), 1)
        .zeros(1)
        .be((element.source ? 0x80u : 0u) | (element.inverted ? 0x40u : 0u) |
                (element.disabled ? 0x08u : 0u) | (element.medium_type & 0x07u),
            1)
        .be(number(element.source.value_or(ElementAddress{})), 2);
    if (page.primary_volume_tags)
        write_tag(out, element.volume_tag);
    if (page.alternate_volume_tags)
        write_tag(out, element.alternate_volume_tag);
    if (page.identifier_length)
        write_identifier(out, element.identifier, *page.identifier_length);
    out.zeros(page.extra_bytes);
}

} // namespace

Bytes encode_element_status(std::span<const ElementStatusPage> pages) {
    ByteWriter out;
    out.zeros(header_length);
    std::size_t count = 0;
    for (const auto& page : pages) {
        if (page.elements.empty())
            continue;
        if (count == 0)
            out.patch(0, number(page.elements.front().address), 2);
        count += page.elements.size();
        const auto length = descriptor_length(page);
        out.be(static_cast<std::uint8_t>(page.type), 1)
            .be((page.primary_volume_tags ? 0x80u : 0u) | (page.alternate_volume_tags ? 0x40u : 0u),
                1)
            .be(length, 2)
            .zeros(1)
            .be(length * page.elements.size(), 3);
        for (auto element : page.elements) {
            element.type = page.type;
            write_descriptor(out, element, page);
        }
    }
    out.patch(2, count, 2).patch(5, out.size() - header_length, 3);
    return std::move(out).take();
}

Bytes cut_element_status(Bytes encoded, std::size_t allocation_length) {
    if (encoded.size() <= allocation_length)
        return encoded;
    std::size_t keep = std::min(header_length, allocation_length);
    ByteReader in(encoded);
    in.bytes(header_length);
    while (in.remaining() >= header_length) {
        in.be(2); // type, tag flags
        const std::size_t length = in.be(2);
        in.be(1);
        const std::size_t bytes = in.be(3);
        const auto start = encoded.size() - in.remaining();
        if (length == 0 || start + length > allocation_length)
            break;
        const auto fitting = std::min(bytes, allocation_length - start) / length * length;
        keep = start + fitting;
        if (fitting < bytes)
            break;
        in.bytes(bytes);
    }
    encoded.resize(keep);
    return encoded;
}

} // namespace changer::scsi
