// SPDX-License-Identifier: Apache-2.0
#include "drive/memory_reader.hpp"

#include <array>
#include <iterator>
#include <utility>

namespace changer {
namespace {

/// The chips of LTO hold 4 to 32 KiB.
constexpr std::uint32_t room = 16384;
constexpr unsigned most_requests = 16;

/// Where the groups of attributes begin: a drive may refuse a first attribute that is not there.
///
/// Source:  SPC-4, medium auxiliary memory attributes: device, medium and host types
constexpr std::array<std::uint32_t, 3> groups{0x0000, 0x0400, 0x0800};

Result<scsi::MediumAttributes> ask_from(Device& device, std::uint32_t first) {
    const scsi::ReadAttribute command{.first_attribute = static_cast<std::uint16_t>(first),
                                      .allocation_length = room};
    auto received =
        device.query_now({encode(command), room, device.timeout(CommandClass::read_memory)});
    if (!received)
        return std::move(received).error();
    return scsi::decode_medium_attributes(*received);
}

/// The drive cannot reach a chip, or knows no such command: that is an answer.
///
/// Source:  SPC-4: 04/10 auxiliary memory not accessible, 11/12 auxiliary memory read error
bool says_no_chip(const Error& error) {
    if (error.code == Code::malformed_response)
        return true;
    if (error.code != Code::device_refused || !error.sense)
        return false;
    const Sense& sense = *error.sense;
    return sense.key == scsi::sense_key::illegal_request ||
           (sense.asc == 0x04 && sense.ascq == 0x10) || (sense.asc == 0x11 && sense.ascq == 0x12);
}

bool refuses_attribute(const Error& error) {
    return error.sense == Sense{scsi::sense_key::illegal_request, 0x24, 0x00};
}

/// The next attribute to begin with after this answer; none: all have been read.
std::optional<std::uint32_t> next_after(const Result<scsi::MediumAttributes>& answer,
                                        std::uint32_t first) {
    if (answer && !answer->cut)
        return std::nullopt;
    if (answer && !answer->attributes.empty()) {
        const std::uint32_t last = answer->attributes.back().id;
        return last >= first && last < 0xFFFF ? std::optional(last + 1) : std::nullopt;
    }
    for (const std::uint32_t group : groups)
        if (group > first)
            return group;
    return std::nullopt;
}

} // namespace

Result<CartridgeMemory> ask_memory(Device& device) {
    scsi::MediumAttributes all;
    std::optional<Error> refusal;
    std::optional<std::uint32_t> first = groups.front();
    for (unsigned requests = 0; first && requests < most_requests; ++requests) {
        auto answer = ask_from(device, *first);
        if (!answer && !refuses_attribute(answer.error())) {
            refusal = std::move(answer).error();
            break;
        }
        if (!answer)
            refusal = answer.error();
        first = next_after(answer, *first);
        if (answer)
            std::move(answer->attributes.begin(),
                      answer->attributes.end(),
                      std::back_inserter(all.attributes));
    }
    if (!all.attributes.empty())
        return cartridge_memory(all);
    if (refusal && !says_no_chip(*refusal))
        return std::move(*refusal).in("read attribute");
    return CartridgeMemory{.why = refusal ? to_string(*refusal) : "the chip is empty"};
}

} // namespace changer
