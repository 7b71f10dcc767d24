// SPDX-License-Identifier: Apache-2.0
#include "drive/drive.hpp"

#include "drive/memory_reader.hpp"
#include "drive/tape_record.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"
#include "scsi/spc/vpd.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/rewind.hpp"

#include <algorithm>
#include <utility>

namespace changer {
namespace {

/// A transfer smaller than this is refused by no host.
constexpr std::size_t least_transfer = 512;
/// READ(6) has three bytes for its length.
constexpr std::size_t most_transfer = 0xFF'FFFF;

std::optional<scsi::ElementAddress> ask_element_address(Device& device) {
    constexpr auto page = scsi::vpd_page::data_transfer_device_element_address;
    constexpr std::uint16_t room = 255;
    const auto& pages = device.identity().vital_pages;
    if (std::find(pages.begin(), pages.end(), page) == pages.end())
        return std::nullopt;
    const auto received = device.query(
        {encode(scsi::Inquiry{page, room}), room, device.timeout(CommandClass::identify)});
    if (!received)
        return std::nullopt;
    const auto address = scsi::decode_drive_element_address(*received);
    return address ? std::optional(*address) : std::nullopt;
}

Result<scsi::TapeAlertFlags> ask_alerts(Device& device) {
    const scsi::LogSense command{.page = scsi::tape_alert::log_page};
    auto received = device.query_now(
        {encode(command), command.allocation_length, device.timeout(CommandClass::page)});
    if (!received)
        return std::move(received).error().in("tape alert");
    return scsi::decode_tape_alert(*received);
}

} // namespace

Result<Drive> Drive::open(Transport& transport,
                          Clock& clock,
                          const Quirks& quirks,
                          const DeviceOptions& options) {
    auto device = Device::open(transport, clock, quirks, scsi::DeviceType::tape, options);
    if (!device)
        return std::move(device).error();
    Drive drive(*std::move(device));
    drive.element_ = ask_element_address(drive.device_);
    return drive;
}

Result<scsi::TapeAlertFlags> Drive::read_health_alerts() {
    return ask_alerts(device_);
}

std::optional<Error> HeldDrive::refusal() const {
    return in_use_;
}

/// Notices that somebody else uses the drive: from then on nothing is sent.
template <class T>
Result<T> HeldDrive::judged(Result<T> answer) {
    if (answer || !says_in_use(answer.error()))
        return answer;
    Error error = std::move(answer).error();
    error.code = Code::drive_in_use;
    error.what = "somebody else uses the drive, it is not touched: " + error.what;
    in_use_ = error;
    return error;
}

/// A refusal with sense is a state of the drive; anything else is no answer.
Result<DriveStatus> HeldDrive::status_of(const Result<void>& answer) {
    if (answer)
        return DriveStatus{};
    const Error& error = answer.error();
    if (error.code != Code::device_refused || !error.sense)
        return error;
    return DriveStatus{.state = drive_state(*error.sense, device().sense_family()),
                       .sense = error.sense,
                       .text = scsi::describe(*error.sense, device().sense_family())};
}

Result<DriveStatus> HeldDrive::look() {
    return wait({});
}

Result<DriveStatus> HeldDrive::wait(const ReadyWait& wait) {
    if (const auto refused = refusal())
        return *refused;
    return status_of(judged(device().wait_until_ready(wait)));
}

Result<DriveStatus> HeldDrive::load(const ReadyWait& wait) {
    constexpr unsigned most_tries = 4;
    if (const auto refused = refusal())
        return *refused;
    auto status = this->wait(wait);
    for (unsigned tries = 0; tries < most_tries; ++tries) {
        if (!status || status->state != DriveState::unloaded)
            return status;
        device().learn_timeouts();
        auto loaded = judged(device().act({.cdb = encode(scsi::LoadUnload{.load = true}),
                                           .timeout = device().timeout(CommandClass::load_tape)}));
        if (!loaded && (in_use_ || loaded.error().code != Code::device_refused))
            return std::move(loaded).error().in("load");
        status = this->wait(wait); // refused: a unit attention, or the drive says now why
    }
    return status;
}

Result<void> HeldDrive::rewind() {
    if (const auto refused = refusal())
        return *refused;
    auto done = judged(device().query_now(
        {.cdb = encode(scsi::Rewind{}), .timeout = device().timeout(CommandClass::wind_tape)}));
    if (!done)
        return std::move(done).error().in("rewind");
    return {};
}

Result<TapeRecord> HeldDrive::read_record(std::size_t most) {
    if (const auto refused = refusal())
        return *refused;
    for (;;) {
        const auto length = std::min({most, transfer_limit_, most_transfer});
        auto answered = judged(device().act_with_sense(
            {.cdb = encode(scsi::Read{.length = static_cast<std::uint32_t>(length)}),
             .allocation_length = length,
             .timeout = device().timeout(CommandClass::read_tape)}));
        if (answered)
            return tape_record(*std::move(answered), length);
        if (answered.error().code == Code::not_enough_memory && length > least_transfer) {
            transfer_limit_ = std::max(length / 2, least_transfer); // nothing was sent
            continue;
        }
        if (is_end_of_data(answered.error()))
            return TapeRecord{.kind = TapeRecord::Kind::end_of_data};
        return std::move(answered).error().in("read");
    }
}

Result<CartridgeMemory> HeldDrive::read_memory() {
    if (const auto refused = refusal())
        return *refused;
    return judged(ask_memory(device()));
}

Result<scsi::TapeAlertFlags> HeldDrive::read_alerts() {
    if (const auto refused = refusal())
        return *refused;
    return judged(ask_alerts(device()));
}

/// Makes sure that the cartridge is still the one that is meant, as far as its chip tells.
Result<void> HeldDrive::prove_cartridge(const std::optional<std::string>& serial) {
    if (!serial)
        return {};
    auto memory = read_memory();
    if (!memory)
        return std::move(memory).error();
    if (!memory->serial || *memory->serial == *serial)
        return {};
    return Error{Code::wrong_cartridge,
                 "the cartridge with chip " + *memory->serial + " is in the drive where " +
                     *serial + " was: it was not unloaded"};
}

Result<void> HeldDrive::unload(const std::optional<std::string>& serial) {
    constexpr unsigned most_tries = 4;
    if (const auto refused = refusal())
        return *refused;
    device().learn_timeouts();
    for (unsigned tries = 1;; ++tries) {
        const auto status = look();
        if (!status)
            return status.error();
        if (status->state == DriveState::empty || status->state == DriveState::unloaded)
            return {};
        if (auto proved = tries == 1 ? Result<void>() : prove_cartridge(serial); !proved)
            return proved;
        auto done = judged(device().act({.cdb = encode(scsi::LoadUnload{}),
                                         .timeout = device().timeout(CommandClass::load_tape)}));
        if (done)
            return {};
        const auto& sense = done.error().sense;
        if (in_use_ || !sense || sense->key != scsi::sense_key::unit_attention ||
            tries == most_tries)
            return std::move(done).error().in("unload");
    }
}

} // namespace changer
