// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/reserve_release.hpp"

#include <utility>

namespace changer::scsi {

Result<std::vector<ElementRange>> decode_element_list(std::span<const std::byte> received) {
    std::vector<ElementRange> ranges;
    ByteReader in(received);
    while (in.remaining() > 0 && !in.faulted()) {
        ElementRange range;
        in.be(2); // reserved
        range.count = static_cast<std::uint16_t>(in.be(2));
        range.first = ElementAddress(in.be(2));
        ranges.push_back(range);
    }
    return in.finish(std::move(ranges), "element list");
}

Bytes encode_element_list(std::span<const ElementRange> ranges) {
    ByteWriter out;
    for (const auto& range : ranges)
        out.zeros(2).be(range.count, 2).be(number(range.first), 2);
    return std::move(out).take();
}

} // namespace changer::scsi
