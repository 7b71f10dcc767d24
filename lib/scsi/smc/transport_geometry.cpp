// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/transport_geometry.hpp"

#include <algorithm>
#include <utility>

namespace changer::scsi {

Result<TransportGeometry> decode_transport_geometry(const ModePage& page) {
    if (page.page != TransportGeometry::page || page.subpage != 0)
        return Error{Code::malformed_response, "not the transport geometry page"};
    TransportGeometry geometry;
    ByteReader in(page.content);
    while (in.remaining() >= 2) {
        const bool rotates = (in.be(1) & 0x01) != 0;
        geometry.arms.push_back(
            {.rotates = rotates, .member = static_cast<std::uint8_t>(in.be(1))});
    }
    return geometry;
}

ModePage encode_mode_page(const TransportGeometry& geometry) {
    constexpr std::size_t most = 127; // the page's length has one byte
    ByteWriter content;
    for (const auto& arm : std::span(geometry.arms).first(std::min(most, geometry.arms.size())))
        content.be(arm.rotates ? 0x01 : 0, 1).be(arm.member, 1);
    return {.page = TransportGeometry::page, .content = std::move(content).take()};
}

} // namespace changer::scsi
