// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/report_luns.hpp"

#include <algorithm>
#include <optional>

namespace changer::scsi {
namespace {

/// SAM-5, eight byte LUN structure: the first level in two bytes; deeper levels, which nobody uses
/// here, behind.
std::optional<std::uint16_t> single_level(std::uint32_t first, std::uint32_t deeper) {
    const auto method = first >> 14;
    if (deeper != 0)
        return std::nullopt;
    if (method == 0 && first >> 8 == 0) // peripheral, on bus 0
        return static_cast<std::uint16_t>(first & 0xFF);
    if (method == 1) // flat space
        return static_cast<std::uint16_t>(first & 0x3FFF);
    return std::nullopt;
}

} // namespace

Result<std::vector<std::uint16_t>> decode_lun_list(std::span<const std::byte> received) {
    ByteReader header(received);
    const std::size_t length = header.be(4);
    header.be(4); // reserved
    if (header.faulted())
        return Error{Code::malformed_response, "lun list is truncated"};
    std::vector<std::uint16_t> luns;
    ByteReader in(header.bytes(std::min(length, header.remaining())));
    while (in.remaining() >= 8) {
        const auto first = in.be(2);
        const auto second = in.be(2);
        const auto rest = in.be(4);
        if (const auto lun = single_level(first, second | rest))
            luns.push_back(*lun);
    }
    return luns;
}

Bytes encode_lun_list(std::span<const std::uint16_t> luns) {
    ByteWriter out;
    out.be(luns.size() * 8, 4).zeros(4);
    for (const auto lun : luns)
        out.be(lun < 256 ? lun : 0x4000u | (lun & 0x3FFFu), 2).zeros(6);
    return std::move(out).take();
}

} // namespace changer::scsi
