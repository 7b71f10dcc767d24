// SPDX-License-Identifier: Apache-2.0
#include "device/mode_page.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace changer {
namespace {

using scsi::ModeSenseForm;

/// One way to ask. Most take the first; FreeBSD's scsi_ch.c keeps a list of those that refuse DBD.
struct Way {
    ModeSenseForm form = ModeSenseForm::six;
    bool disable_block_descriptors = true;
};

constexpr std::array ways{
    Way{ModeSenseForm::six, true},
    Way{ModeSenseForm::six, false},
    Way{ModeSenseForm::ten, true},
    Way{ModeSenseForm::ten, false},
};

bool allowed(bool set, Support support) {
    return support == Support::unknown || set == (support == Support::yes);
}

bool worth_trying(const Way& way, const FeatureMemory& known) {
    return allowed(way.form == ModeSenseForm::six, known.mode_sense_6) &&
           allowed(way.disable_block_descriptors, known.disable_block_descriptors);
}

Result<scsi::ModePage>
ask(Device& device, const Way& way, std::uint8_t page, std::uint8_t subpage) {
    const scsi::ModeSense command{.form = way.form,
                                  .disable_block_descriptors = way.disable_block_descriptors,
                                  .page = page,
                                  .subpage = subpage};
    auto received = device.query(
        {encode(command), command.allocation_length, device.timeout(CommandClass::page)});
    if (!received)
        return std::move(received).error();
    auto data = scsi::decode_mode_data(*received, way.form);
    if (!data)
        return std::move(data).error();
    if (const scsi::ModePage* found = data->find(page, subpage))
        return *found;
    return Error{Code::malformed_response, "the page asked for is not in the answer"};
}

/// Whether another way of asking may help: the device objects, or sent something else.
bool may_ask_otherwise(const Error& error) {
    return error.code == Code::malformed_response ||
           (error.sense && error.sense->key == scsi::sense_key::illegal_request);
}

/// Asks in every way the device is not known to refuse, one after the other.
Result<scsi::ModePage> ask_any_way(Device& device, std::uint8_t page, std::uint8_t subpage) {
    FeatureMemory& known = device.features();
    std::optional<Error> refusal;
    for (const Way& way : ways) {
        if (!worth_trying(way, known))
            continue;
        auto answer = ask(device, way, page, subpage);
        if (!answer && answer.error().code == Code::malformed_response)
            answer = ask(device, way, page, subpage); // garbled once says nothing of the form
        if (answer) {
            known.mode_sense_6 = way.form == ModeSenseForm::six ? Support::yes : Support::no;
            known.disable_block_descriptors =
                way.disable_block_descriptors ? Support::yes : Support::no;
            return answer;
        }
        if (!refusal)
            refusal = answer.error();
        if (!may_ask_otherwise(answer.error()))
            return std::move(answer).error();
    }
    return refusal.value_or(Error{Code::device_refused, "no form of MODE SENSE is left"});
}

} // namespace

Result<scsi::ModePage> read_mode_page(Device& device, std::uint8_t page, std::uint8_t subpage) {
    auto answer = ask_any_way(device, page, subpage);
    if (!answer)
        return std::move(answer).error().in(fmt::format("mode page {:02X}h", page));
    return answer;
}

} // namespace changer
