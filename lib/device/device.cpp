// SPDX-License-Identifier: Apache-2.0
#include "device/device.hpp"

#include "device/reservation.hpp"
#include "device/told_timeouts.hpp"
#include "scsi/spc/test_unit_ready.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer {
namespace {

/// A device that makes up unit attentions without end shall not eat the memory.
constexpr std::size_t most_unit_attentions = 256;

Bytes cut(Bytes data, std::size_t transferred) {
    data.resize(std::min(data.size(), transferred));
    return data;
}

/// 29/00 power on, reset or bus device reset; 29/01 power on.
bool says_powered_on(const Sense& sense) {
    return sense.asc == 0x29 && sense.ascq <= 0x01;
}

/// 3F/01 microcode, 3F/02 operating definition, 3F/03 inquiry data have changed.
bool says_identity_changed(const Sense& sense) {
    return sense.asc == 0x3F && sense.ascq >= 0x01 && sense.ascq <= 0x03;
}

} // namespace

Device::Device(Transport& transport, Clock& clock, const Quirks& quirks)
    : transport_(&transport)
    , clock_(&clock)
    , quirks_(&quirks) {}

Result<Device> Device::open(Transport& transport,
                            Clock& clock,
                            const Quirks& quirks,
                            scsi::DeviceType expected,
                            const DeviceOptions& options) {
    Device device(transport, clock, quirks);
    device.options_ = options;
    auto identity = read_identity(device, expected, options.opening);
    if (!identity)
        return std::move(identity).error();
    device.adopt(*std::move(identity));
    if (options.learned)
        device.features_ = memory_for(device.identity_, *options.learned);
    return device;
}

void Device::adopt(Identity identity) {
    identity_ = std::move(identity);
    quirk_ = quirks_->find(identity_.vendor, identity_.product, identity_.revision);
    sense_family_ =
        quirk_.sense_family.value_or(scsi::vendor_family(identity_.vendor, identity_.product));
}

Answer Device::attempt(const Command& command, Bytes& data) {
    data.assign(command.allocation_length, std::byte{0});
    Answer answer{transport_->execute({.cdb = command.cdb,
                                       .data_in = data,
                                       .data_out = command.data_out,
                                       .timeout = command.timeout})};
    if (!answer.completion) {
        const Code code = answer.completion.error().code;
        session_lost_ |= code == Code::transport_failed || code == Code::command_timeout ||
                         code == Code::device_not_available;
        return answer;
    }
    if (std::exchange(session_lost_, false) || answer.completion->new_nexus)
        invalidations_ |= invalidated_by_new_nexus();
    const auto status = answer.completion->status; // some adapters send both GOOD and sense
    if (status == scsi::Status::check_condition || status == scsi::Status::good)
        if (auto sense = scsi::decode_sense(answer.completion->sense))
            answer.sense = *std::move(sense);
    if (situation_of(answer, sense_family_) == Situation::unit_attention)
        record({answer.sense->sense, command.cdb.opcode()});
    return answer;
}

Result<Bytes> Device::run(const Command& command, bool may_wait) {
    Attempts attempts;
    for (;;) {
        Bytes data;
        const Answer answer = attempt(command, data);
        if (situation_of(answer, sense_family_) == Situation::good)
            return cut(std::move(data), answer.completion->transferred);
        if (may_wait && answer.sense && becoming_ready(answer.sense->sense, sense_family_)) {
            if (auto ready = wait_until_ready(options_.ready); !ready)
                return std::move(ready).error();
            may_wait = false; // ready, and it refuses all the same: that is an answer
            continue;
        }
        const Recovery recovery = recover(answer, attempts, sense_family_);
        if (!recovery.repeat)
            return error_of(answer, sense_family_);
        if (recovery.pause.count() > 0)
            clock_->sleep_for(recovery.pause);
    }
}

/// Says who holds the reservation that was in the way.
Result<Bytes> Device::named(Result<Bytes> answer) {
    if (answer || answer.error().code != Code::reservation_conflict)
        return answer;
    const auto ask = [this](const scsi::PersistentReserveIn& command) {
        return run({encode(command), command.allocation_length, timeout(CommandClass::page)},
                   false);
    };
    Error error = std::move(answer).error();
    error.what += ": " + reservation_holder(ask);
    return error;
}

Result<Bytes> Device::query(const Command& command) {
    return named(run(command, options_.ready.budget.count() > 0));
}

Result<Bytes> Device::query_now(const Command& command) {
    return named(run(command, false));
}

Result<Bytes> Device::act(const Command& command) {
    auto answered = act_with_sense(command);
    if (!answered)
        return std::move(answered).error();
    return std::move(answered->data);
}

Result<Answered> Device::act_with_sense(const Command& command) {
    Bytes data;
    Answer answer = attempt(command, data);
    if (situation_of(answer, sense_family_) == Situation::good)
        return Answered{cut(std::move(data), answer.completion->transferred),
                        std::move(answer.sense)};
    return named(error_of(answer, sense_family_)).error();
}

Result<void> Device::wait_until_ready(const ReadyWait& wait) {
    const SteadyTime start = clock_->now().steady;
    for (unsigned looks = 0;; ++looks) {
        auto answer = query_now(
            {.cdb = encode(scsi::TestUnitReady{}), .timeout = timeout(CommandClass::identify)});
        if (answer)
            return {};
        const auto& sense = answer.error().sense;
        if (!sense || !becoming_ready(*sense, sense_family_))
            return std::move(answer).error();
        const auto waited = clock_->now().steady - start;
        const auto pause = ready_pause(*sense, sense_family_, looks);
        if (waited + pause > wait.budget ||
            (wait.progress && !wait.progress({*sense, waited, wait.budget})))
            return std::move(answer).error().in(
                fmt::format("waited {} s for the device to become ready",
                            std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
        clock_->sleep_for(pause);
    }
}

std::chrono::seconds Device::timeout(CommandClass which) const {
    if (told_)
        if (const auto& told = told_->at(which))
            return *told;
    return quirk_.timeouts.at(which).value_or(timeout_row(which).usual);
}

void Device::learn_timeouts() {
    if (told_ || options_.opening == Opening::lean)
        return;
    told_.emplace();
    told_ = ask_timeouts(*this);
}

Result<void> Device::refresh_identity() {
    if (!identity_stale_)
        return {};
    auto read = read_identity(*this, identity_.type, options_.opening);
    if (!read)
        return std::move(read).error();
    const Identity& now = *read;
    if (now.vendor != identity_.vendor || now.product != identity_.product ||
        now.serial != identity_.serial)
        return Error{Code::device_not_available,
                     fmt::format("{} {} {} answers where {} {} {} was: open it anew",
                                 now.vendor,
                                 now.product,
                                 now.serial,
                                 identity_.vendor,
                                 identity_.product,
                                 identity_.serial)};
    identity_stale_ = false;
    adopt(*std::move(read));
    return {};
}

void Device::record(const scsi::UnitAttention& attention) {
    invalidations_ |= invalidated_by(attention.sense, sense_family_);
    powered_on_ |= says_powered_on(attention.sense);
    if (says_identity_changed(attention.sense)) {
        identity_stale_ = true;
        features_ = {};
        told_.reset();
    }
    if (unit_attentions_.size() == most_unit_attentions)
        unit_attentions_.erase(unit_attentions_.begin());
    unit_attentions_.push_back(attention);
    ++unit_attentions_met_;
}

std::vector<scsi::UnitAttention> Device::take_unit_attentions() {
    return std::exchange(unit_attentions_, {});
}

Invalidations Device::take_invalidations() {
    return std::exchange(invalidations_, {});
}

} // namespace changer
