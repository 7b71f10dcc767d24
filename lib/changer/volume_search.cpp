// SPDX-License-Identifier: Apache-2.0
#include "changer/volume_search.hpp"

#include "scsi/smc/request_volume_element_address.hpp"

#include <algorithm>

namespace changer {
namespace {

using Found = std::optional<std::vector<scsi::ElementStatus>>;

/// More hits than anybody looks for; a changer that has more is read whole.
constexpr std::uint16_t most_found = 100;
constexpr std::size_t room = 8 + 4 * 8 + most_found * std::size_t{104};
/// A longer identifier would be cut to this, and find other cartridges.
constexpr std::size_t longest_identifier = 32;

Result<Bytes> ask(Device& device, const Command& command) {
    auto answer = device.query(command);
    if (!answer && answer.error().sense == Sense{scsi::sense_key::illegal_request, 0x20, 0x00})
        device.features().tag_search = Support::no;
    return answer;
}

bool shows(const scsi::ElementStatus& element, const scsi::VolumeTagTemplate& wanted) {
    return element.full && element.volume_tag && matches(wanted, *element.volume_tag);
}

} // namespace

Result<Found> search_volume_tags(Device& device,
                                 std::size_t transfer_limit_bytes,
                                 const scsi::VolumeTagTemplate& wanted) {
    if (!device.quirk().tag_search.value_or(true) || device.features().tag_search == Support::no ||
        wanted.volume_identifier.size() > longest_identifier)
        return Found{};
    const auto refused = [](const Error& error) -> Result<Found> {
        return error.code == Code::device_refused ? Result<Found>(Found{}) : error;
    };
    const auto timeout = device.timeout(CommandClass::search);
    const scsi::SendVolumeTag send{.action =
                                       scsi::VolumeTagAction::translate_primary_ignoring_sequence};
    if (const auto sent = ask(device,
                              {.cdb = encode(send),
                               .timeout = timeout,
                               .data_out = scsi::encode_volume_tag_template(wanted)});
        !sent)
        return refused(sent.error());
    const scsi::RequestVolumeElementAddress request{
        .count = most_found,
        .volume_tags = true,
        .allocation_length = static_cast<std::uint32_t>(std::min(room, transfer_limit_bytes))};
    const auto received = ask(device,
                              {.cdb = encode(request),
                               .allocation_length = request.allocation_length,
                               .timeout = timeout});
    if (!received)
        return refused(received.error());
    auto found = scsi::decode_volume_element_addresses(*received);
    if (!found)
        return Found{};
    std::vector<scsi::ElementStatus>& elements = found->report.elements;
    const bool whole = !found->report.cut && elements.size() < most_found;
    if (!whole || elements.empty() ||
        !std::all_of(elements.begin(), elements.end(), [&](const scsi::ElementStatus& element) {
            return shows(element, wanted);
        }))
        return Found{};
    device.features().tag_search = Support::yes;
    return Found{std::move(elements)};
}

} // namespace changer
