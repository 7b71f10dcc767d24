// SPDX-License-Identifier: Apache-2.0
#include "scsi/ssc/read_attribute.hpp"

#include <algorithm>
#include <utility>

namespace changer::scsi {

std::string MediumAttribute::as_text() const {
    std::string text;
    for (const std::byte b : value)
        text += static_cast<char>(b);
    constexpr std::string_view padding(" \0", 2);
    text.erase(text.find_last_not_of(padding) + 1);
    text.erase(0, std::min(text.find_first_not_of(padding), text.size()));
    return text;
}

std::optional<std::uint64_t> MediumAttribute::as_number() const {
    if (value.empty() || value.size() > 8)
        return std::nullopt;
    std::uint64_t number = 0;
    for (const std::byte b : value)
        number = number << 8 | std::to_integer<std::uint64_t>(b);
    return number;
}

const MediumAttribute* MediumAttributes::find(std::uint16_t id) const {
    const auto found = std::find_if(attributes.begin(),
                                    attributes.end(),
                                    [&](const MediumAttribute& each) { return each.id == id; });
    return found == attributes.end() ? nullptr : &*found;
}

Result<MediumAttributes> decode_medium_attributes(std::span<const std::byte> received) {
    ByteReader header(received);
    const std::size_t announced = header.be(4);
    if (header.faulted())
        return Error{Code::malformed_response, "medium attributes are truncated"};
    ByteReader in(received.subspan(4, std::min(announced, header.remaining())));
    MediumAttributes result{.cut = announced > header.remaining()};
    while (in.remaining() > 0) {
        MediumAttribute attribute{.id = static_cast<std::uint16_t>(in.be(2))};
        const auto flags = in.be(1);
        attribute.read_only = (flags & 0x80) != 0;
        attribute.format = MediumAttribute::Format(flags & 0x03);
        const auto value = in.bytes(in.be(2));
        if (in.faulted()) {
            result.cut = true;
            break;
        }
        attribute.value.assign(value.begin(), value.end());
        result.attributes.push_back(std::move(attribute));
    }
    return result;
}

Result<std::vector<std::uint16_t>> decode_attribute_list(std::span<const std::byte> received) {
    ByteReader header(received);
    const std::size_t announced = header.be(4);
    if (header.faulted())
        return Error{Code::malformed_response, "list of medium attributes is truncated"};
    ByteReader in(received.subspan(4, std::min(announced, header.remaining())));
    std::vector<std::uint16_t> ids;
    while (in.remaining() >= 2)
        ids.push_back(static_cast<std::uint16_t>(in.be(2)));
    return ids;
}

Bytes encode_medium_attributes(std::span<const MediumAttribute> attributes) {
    ByteWriter out;
    out.zeros(4);
    for (const MediumAttribute& attribute : attributes)
        out.be(attribute.id, 2)
            .be((attribute.read_only ? 0x80u : 0u) |
                    (static_cast<unsigned>(attribute.format) & 0x03u),
                1)
            .be(attribute.value.size(), 2)
            .bytes(attribute.value);
    out.patch(0, out.size() - 4, 4);
    return std::move(out).take();
}

Bytes encode_attribute_list(std::span<const std::uint16_t> ids) {
    ByteWriter out;
    out.be(ids.size() * 2, 4);
    for (const std::uint16_t id : ids)
        out.be(id, 2);
    return std::move(out).take();
}

MediumAttribute text_attribute(std::uint16_t id, std::string_view text, std::size_t width) {
    ByteWriter value;
    value.text(text, width);
    return {.id = id, .format = MediumAttribute::Format::ascii, .value = std::move(value).take()};
}

MediumAttribute number_attribute(std::uint16_t id, std::uint64_t number, std::size_t width) {
    ByteWriter value;
    value.be(number, width);
    return {.id = id, .value = std::move(value).take()};
}

} // namespace changer::scsi
