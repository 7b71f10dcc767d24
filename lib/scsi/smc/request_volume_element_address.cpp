// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/request_volume_element_address.hpp"

#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t action_at = 4; // reserved in READ ELEMENT STATUS data

} // namespace

Result<VolumeElementAddresses>
decode_volume_element_addresses(std::span<const std::byte> received) {
    auto report = decode_element_status(received);
    if (!report)
        return std::move(report).error();
    return VolumeElementAddresses{
        .action = VolumeTagAction(std::to_integer<std::uint8_t>(received[action_at]) & 0x1F),
        .report = *std::move(report)};
}

Bytes encode_volume_element_addresses(VolumeTagAction action,
                                      std::span<const ElementStatusPage> pages) {
    auto encoded = encode_element_status(pages);
    encoded.at(action_at) = static_cast<std::byte>(static_cast<std::uint8_t>(action) & 0x1F);
    return encoded;
}

} // namespace changer::scsi
