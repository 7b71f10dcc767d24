// SPDX-License-Identifier: Apache-2.0
#include "device/device.hpp"

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

} // namespace

Device::Device(Transport& transport, Clock& clock)
    : transport_(&transport)
    , clock_(&clock) {}

Result<Device> Device::open(Transport& transport,
                            Clock& clock,
                            const Quirks& quirks,
                            scsi::DeviceType expected,
                            Opening opening) {
    Device device(transport, clock);
    device.opening_ = opening;
    auto identity = read_identity(device, expected, opening);
    if (!identity)
        return std::move(identity).error();
    device.identity_ = *std::move(identity);
    const Identity& id = device.identity_;
    device.quirk_ = quirks.find(id.vendor, id.product, id.revision);
    device.sense_family_ =
        device.quirk_.sense_family.value_or(scsi::vendor_family(id.vendor, id.product));
    return device;
}

Answer Device::attempt(const Command& command, Bytes& data) {
    data.assign(command.allocation_length, std::byte{0});
    Answer answer{
        transport_->execute({.cdb = command.cdb, .data_in = data, .timeout = command.timeout})};
    if (!answer.completion) {
        const Code code = answer.completion.error().code;
        session_lost_ |= code == Code::transport_failed || code == Code::command_timeout ||
                         code == Code::device_not_available;
        return answer;
    }
    if (std::exchange(session_lost_, false) || answer.completion->new_nexus)
        invalidations_ |= invalidated_by_new_nexus();
    if (answer.completion->status == scsi::Status::check_condition)
        if (auto sense = scsi::decode_sense(answer.completion->sense))
            answer.sense = *std::move(sense);
    if (situation_of(answer, sense_family_) == Situation::unit_attention)
        record({answer.sense->sense, command.cdb.opcode()});
    return answer;
}

Result<Bytes> Device::query(const Command& command) {
    Attempts attempts;
    for (;;) {
        Bytes data;
        const Answer answer = attempt(command, data);
        if (situation_of(answer, sense_family_) == Situation::good)
            return cut(std::move(data), answer.completion->transferred);
        const Recovery recovery = recover(answer, attempts, sense_family_);
        if (!recovery.repeat)
            return error_of(answer, sense_family_);
        if (recovery.pause.count() > 0)
            clock_->sleep_for(recovery.pause);
    }
}

Result<Bytes> Device::act(const Command& command) {
    Bytes data;
    const Answer answer = attempt(command, data);
    if (situation_of(answer, sense_family_) == Situation::good)
        return cut(std::move(data), answer.completion->transferred);
    return error_of(answer, sense_family_);
}

void Device::record(const scsi::UnitAttention& attention) {
    invalidations_ |= invalidated_by(attention.sense, sense_family_);
    if (unit_attentions_.size() == most_unit_attentions)
        unit_attentions_.erase(unit_attentions_.begin());
    unit_attentions_.push_back(attention);
}

std::vector<scsi::UnitAttention> Device::take_unit_attentions() {
    return std::exchange(unit_attentions_, {});
}

Invalidations Device::take_invalidations() {
    return std::exchange(invalidations_, {});
}

} // namespace changer
