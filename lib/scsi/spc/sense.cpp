// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/sense.hpp"

#include <algorithm>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t longest_sense = 252; // SPC-4: an additional length of at most 244
constexpr std::size_t text_at = 18;
constexpr std::size_t shortest_text = 4; // fewer printable bytes are vendor data by chance

/// SPC-4, sense key specific sense data descriptor: what the three sense-key-specific bytes mean
/// depends on the key.
void read_key_specific(std::uint32_t bytes, SenseData& data) {
    if ((bytes & 0x800000) == 0) // SKSV
        return;
    if (data.sense.key == sense_key::illegal_request) {
        FieldPointer field{.in_cdb = (bytes & 0x400000) != 0,
                           .byte = static_cast<std::uint16_t>(bytes & 0xFFFF)};
        if ((bytes & 0x080000) != 0) // BPV
            field.bit = static_cast<std::uint8_t>(bytes >> 16 & 0x07);
        data.field = field;
    } else if (data.sense.key == sense_key::not_ready || data.sense.key == sense_key::no_sense) {
        data.progress = static_cast<std::uint16_t>(bytes & 0xFFFF);
    }
}

std::uint32_t key_specific(const SenseData& data) {
    if (data.field) {
        return 0x800000u | (data.field->in_cdb ? 0x400000u : 0u) |
               (data.field->bit ? 0x080000u | (*data.field->bit & 0x07u) << 16 : 0u) |
               data.field->byte;
    }
    return data.progress ? 0x800000u | *data.progress : 0;
}

void read_stream_flags(std::uint32_t byte, SenseData& data) {
    data.filemark = (byte & 0x80) != 0;
    data.end_of_medium = (byte & 0x40) != 0;
    data.incorrect_length = (byte & 0x20) != 0;
}

std::uint32_t stream_flags(const SenseData& data) {
    return (data.filemark ? 0x80u : 0u) | (data.end_of_medium ? 0x40u : 0u) |
           (data.incorrect_length ? 0x20u : 0u);
}

void read_codes(ByteReader& in, Sense& sense) {
    const auto both = in.be(2);
    sense.asc = static_cast<std::uint8_t>(both >> 8);
    sense.ascq = static_cast<std::uint8_t>(both & 0xFF);
}

std::string printable_prefix(ByteReader& in) {
    auto text = in.text(in.remaining());
    const auto printable = [](char c) { return c >= 0x20 && c <= 0x7E; };
    text.erase(std::find_if_not(text.begin(), text.end(), printable), text.end());
    text.erase(text.find_last_not_of(' ') + 1);
    return text.size() < shortest_text ? std::string() : text;
}

/// Bytes behind the additional length are another command's leavings.
std::span<const std::byte> announced_part(std::span<const std::byte> received) {
    if (received.size() < 8)
        return received;
    const auto announced = std::min(longest_sense, 8 + std::to_integer<std::size_t>(received[7]));
    return received.first(std::min(received.size(), announced));
}

Result<SenseData> decode_fixed(std::span<const std::byte> received) {
    ByteReader in(announced_part(received));
    SenseData data;
    const auto code = in.be(1);
    const bool information_valid = (code & 0x80) != 0;
    data.deferred = (code & 0x01) != 0;
    in.be(1); // obsolete
    const auto flags = in.be(1);
    if (in.faulted())
        return Error{Code::malformed_response, "sense data is truncated"};
    data.sense.key = static_cast<std::uint8_t>(flags & 0x0F);
    read_stream_flags(flags, data);
    const auto information = in.be(4);
    if (information_valid && !in.faulted())
        data.information = information;
    in.bytes(1 + 4); // additional length, command-specific information
    read_codes(in, data.sense);
    in.be(1); // field replaceable unit
    read_key_specific(in.be(3), data);
    data.text = printable_prefix(in);
    return data;
}

void read_descriptor(std::uint32_t type, ByteReader in, SenseData& data) {
    if (type == 0x00) { // information
        const bool valid = (in.be(1) & 0x80) != 0;
        in.be(1);
        const auto high = in.be(4);
        const auto low = in.be(4);
        if (valid && !in.faulted())
            data.information = std::uint64_t{high} << 32 | low;
    } else if (type == 0x02) { // sense key specific
        in.bytes(2);
        read_key_specific(in.be(3), data);
    } else if (type == 0x04) { // stream commands
        in.bytes(1);
        read_stream_flags(in.be(1), data);
    }
}

Result<SenseData> decode_descriptors(std::span<const std::byte> received) {
    ByteReader in(announced_part(received));
    SenseData data;
    data.deferred = (in.be(1) & 0x01) != 0;
    data.sense.key = static_cast<std::uint8_t>(in.be(1) & 0x0F);
    if (in.faulted())
        return Error{Code::malformed_response, "sense data is truncated"};
    read_codes(in, data.sense);
    in.bytes(4); // flags, reserved, additional length
    while (in.remaining() >= 2) {
        const auto type = in.be(1);
        const auto content = in.bytes(in.be(1));
        if (in.faulted())
            break;
        read_descriptor(type, ByteReader(content), data);
    }
    return data;
}

} // namespace

Result<SenseData> decode_sense(std::span<const std::byte> received) {
    if (received.empty())
        return Error{Code::malformed_response, "sense data is truncated"};
    switch (std::to_integer<unsigned>(received[0]) & 0x7F) {
    case 0x70:
    case 0x71:
        return decode_fixed(received);
    case 0x72:
    case 0x73:
        return decode_descriptors(received);
    default:
        return Error{Code::malformed_response, "sense data of an unknown format"};
    }
}

Bytes encode_sense_fixed(const SenseData& data) {
    const auto text = std::string_view(data.text).substr(0, longest_sense - text_at);
    ByteWriter out;
    out.be((data.deferred ? 0x71u : 0x70u) | (data.information ? 0x80u : 0u), 1)
        .zeros(1)
        .be(stream_flags(data) | (data.sense.key & 0x0Fu), 1)
        .be(data.information.value_or(0), 4)
        .be(10 + text.size(), 1)
        .zeros(4)
        .be(data.sense.asc, 1)
        .be(data.sense.ascq, 1)
        .zeros(1)
        .be(key_specific(data), 3)
        .text(text, text.size());
    return std::move(out).take();
}

Bytes encode_sense_descriptor(const SenseData& data) {
    ByteWriter descriptors;
    if (data.information)
        descriptors.be(0x00, 1).be(10, 1).be(0x80, 1).zeros(1).be(*data.information, 8);
    if (data.field || data.progress)
        descriptors.be(0x02, 1).be(6, 1).zeros(2).be(key_specific(data), 3).zeros(1);
    if (stream_flags(data) != 0)
        descriptors.be(0x04, 1).be(2, 1).zeros(1).be(stream_flags(data), 1);
    const auto content = std::move(descriptors).take();
    ByteWriter out;
    out.be(data.deferred ? 0x73 : 0x72, 1)
        .be(data.sense.key & 0x0Fu, 1)
        .be(data.sense.asc, 1)
        .be(data.sense.ascq, 1)
        .zeros(3)
        .be(content.size(), 1)
        .bytes(content);
    return std::move(out).take();
}

} // namespace changer::scsi
