// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/vendor_timeouts.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::string_view signature = "\4SCDD";
constexpr std::uint32_t timeouts_tag = 0x0014;
constexpr std::size_t most = 127; // pairs in a record, whose length has one byte

std::vector<VendorTimeout> read_table(std::span<const std::byte> record) {
    std::vector<VendorTimeout> timeouts;
    ByteReader in(record);
    while (in.remaining() >= 2) {
        const auto opcode = static_cast<std::uint8_t>(in.be(1));
        const auto minutes = in.be(1);
        if (minutes != 0)
            timeouts.push_back({.opcode = opcode, .timeout = std::chrono::minutes(minutes)});
    }
    return timeouts;
}

} // namespace

Result<std::vector<VendorTimeout>> decode_vendor_timeouts(std::span<const std::byte> received) {
    ByteReader header(received);
    header.be(1); // peripheral
    const auto page = header.be(1);
    const std::size_t length = header.be(2);
    if (header.faulted())
        return Error{Code::malformed_response, "vital product data is truncated"};
    ByteReader in(header.bytes(std::min(length, header.remaining())));
    if (page != vpd_page::ibm_device_driver_data || in.text(signature.size()) != signature)
        return Error{Code::malformed_response, "not a page of timeouts"};
    while (in.remaining() > 0) {
        const auto tag = in.be(2);
        const auto record = in.bytes(in.be(1));
        if (in.faulted())
            return Error{Code::malformed_response, "page of timeouts is truncated"};
        if (tag == timeouts_tag)
            return read_table(record);
    }
    return std::vector<VendorTimeout>{};
}

Bytes encode_vendor_timeouts(DeviceType type, std::span<const VendorTimeout> timeouts) {
    const auto entries = timeouts.first(std::min(most, timeouts.size()));
    ByteWriter out;
    out.be(static_cast<unsigned>(type) & 0x1Fu, 1)
        .be(vpd_page::ibm_device_driver_data, 1)
        .zeros(2)
        .text(signature, signature.size())
        .be(timeouts_tag, 2)
        .be(entries.size() * 2, 1);
    for (const auto& entry : entries)
        out.be(entry.opcode, 1).be(static_cast<std::uint64_t>(entry.timeout.count()), 1);
    out.patch(2, out.size() - 4, 2);
    return std::move(out).take();
}

} // namespace changer::scsi
