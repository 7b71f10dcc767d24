// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/inquiry.hpp"

#include "support/text.hpp"

#include <algorithm>

namespace changer::scsi {
namespace {

constexpr std::size_t vendor_specific_at = 36;
constexpr std::size_t vendor_specific_length = 20;

std::string padded_text(ByteReader& in, std::size_t width) {
    return std::string(trim_padding(in.text(width)));
}

} // namespace

Result<InquiryData> decode_inquiry_data(std::span<const std::byte> received) {
    ByteReader in(received);
    InquiryData data;
    const auto peripheral = in.be(1);
    data.connected = peripheral >> 5 == 0;
    data.type = DeviceType(peripheral & 0x1F);
    data.removable = (in.be(1) & 0x80) != 0;
    data.version = static_cast<std::uint8_t>(in.be(1));
    in.be(3); // response data format, additional length, flags
    data.attached_changer = (in.be(1) & 0x08) != 0;
    in.be(1); // flags
    data.vendor = padded_text(in, 8);
    data.product = padded_text(in, 16);
    data.revision = padded_text(in, 4);
    if (in.faulted())
        return Error{Code::malformed_response, "inquiry data is truncated"};
    data.vendor_specific = in.text(std::min(in.remaining(), vendor_specific_length));
    if (data.vendor_specific.size() == vendor_specific_length)
        data.bar_code_reader =
            (static_cast<unsigned char>(data.vendor_specific.back()) & 0x01) != 0;
    return data;
}

Bytes encode_inquiry_data(const InquiryData& data) {
    constexpr std::size_t length = vendor_specific_at + vendor_specific_length;
    ByteWriter out;
    // Qualifier 011b: no device can be behind this LUN (SPC-4, standard INQUIRY data).
    out.be((data.connected ? 0u : 0x60u) | (static_cast<unsigned>(data.type) & 0x1Fu), 1)
        .be(data.removable ? 0x80 : 0, 1)
        .be(data.version, 1)
        .be(0x02, 1) // response data format
        .be(length - 5, 1)
        .zeros(1)
        .be(data.attached_changer ? 0x08 : 0, 1)
        .zeros(1)
        .text(data.vendor, 8)
        .text(data.product, 16)
        .text(data.revision, 4)
        .text(data.vendor_specific, vendor_specific_length, '\0');
    if (data.bar_code_reader) {
        const auto last =
            data.vendor_specific.size() < vendor_specific_length
                ? 0u
                : static_cast<unsigned char>(data.vendor_specific[vendor_specific_length - 1]);
        out.patch(length - 1, (last & ~0x01u) | (*data.bar_code_reader ? 0x01u : 0u), 1);
    }
    return std::move(out).take();
}

} // namespace changer::scsi
