// SPDX-License-Identifier: Apache-2.0
#include "standin_device.hpp"

#include "open/open.hpp"
#include "scsi/spc/sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"
#include "sim/sim_transport.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace standin {
namespace {

using namespace changer;

// Host bytes of Linux's include/scsi/scsi_status.h.
constexpr std::uint8_t host_no_connect = 0x01;
constexpr std::uint8_t host_time_out = 0x03;
constexpr std::uint8_t host_transport_disrupted = 0x0E;

constexpr std::chrono::seconds kernel_timeout{60}; // SG_DEFAULT_TIMEOUT
constexpr std::string_view simulated = "sim:";

scsi::Cdb cdb_of(const Call& call) {
    const auto bytes = std::as_bytes(std::span(call.cdb));
    return scsi::Cdb::from_bytes(bytes.first(std::min(call.cdb_length, longest_cdb)));
}

Answer failed(const Error& error) {
    switch (error.code) {
    case Code::command_timeout:
        return {.host_status = host_time_out};
    case Code::device_not_available:
        return {.host_status = host_no_connect};
    case Code::not_enough_memory:
        return {.error = EINVAL};
    default:
        return {.host_status = host_transport_disrupted};
    }
}

Answer answered(const Completion& completion) {
    Answer answer{.transferred = static_cast<std::uint32_t>(completion.transferred),
                  .sense_length = static_cast<std::uint32_t>(
                      std::min<std::size_t>(completion.sense.size(), longest_sense)),
                  .status = static_cast<std::uint8_t>(completion.status)};
    std::transform(completion.sense.begin(),
                   completion.sense.begin() + answer.sense_length,
                   answer.sense.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return answer;
}

std::string sense_text(const Answer& answer) {
    const auto bytes = std::as_bytes(std::span(answer.sense)).first(answer.sense_length);
    const auto decoded = scsi::decode_sense(bytes);
    return decoded ? to_string(decoded->sense) : "-";
}

} // namespace

Now JumpingClock::now() const {
    auto now = machine_.now();
    now.steady += jumped_;
    now.wall += jumped_;
    return now;
}

Result<std::unique_ptr<Device>> Device::open(std::string_view url, std::uint32_t longest_transfer) {
    auto device = std::unique_ptr<Device>(new Device(longest_transfer));
    if (auto connected = device->connect(url); !connected)
        return std::move(connected).error();
    device->drain_attentions();
    return device;
}

Result<void> Device::connect(std::string_view url) {
    if (!url.starts_with(simulated)) {
        auto opened = open_transport(url, {.iscsi = {.session_owner = "standin_server"}});
        if (!opened)
            return std::move(opened).error();
        transport_ = *std::move(opened);
        return {};
    }
    const auto options = sim::parse_options(url.substr(simulated.size()));
    if (!options)
        return options.error();
    library_ = std::make_shared<sim::Library>(*options, clock_);
    auto loop = sim::Loop::create(*library_, clock_);
    if (!loop)
        return std::move(loop).error();
    loop_ = *std::move(loop);
    transport_ = std::make_unique<sim::SimTransport>(
        library_, clock_, sim::Initiator{.name = "iqn.2026-01.local.standin"});
    return {};
}

void Device::drain_attentions() {
    constexpr int most = 16;
    for (int i = 0; i < most; ++i) {
        const auto done = transport_->execute({.cdb = encode(scsi::TestUnitReady{})});
        if (!done || done->status == scsi::Status::good)
            return;
        const auto sense = scsi::decode_sense(done->sense);
        if (!sense || sense->sense.key != scsi::sense_key::unit_attention)
            return;
    }
}

Device::Served Device::serve(const Call& call, std::span<const std::byte> data_out) {
    Bytes data(call.direction == Direction::from_device ? call.length : 0);
    const auto timeout = std::chrono::milliseconds{call.timeout_ms};
    const auto done =
        transport_->execute({.cdb = cdb_of(call),
                             .data_in = data,
                             .data_out = data_out,
                             .timeout = timeout.count() > 0 ? timeout : kernel_timeout});
    const Answer answer = done ? answered(*done) : failed(done.error());
    note(call, answer);
    data.resize(answer.transferred);
    return {.answer = answer, .data = std::move(data)};
}

void Device::note(const Call& call, const Answer& answer) {
    const auto outcome = answer.error != 0         ? fmt::format("errno={}", answer.error)
                         : answer.host_status != 0 ? fmt::format("host={:02x}", answer.host_status)
                                                   : fmt::format("{:02x}", answer.status);
    commands_.push_back(fmt::format("{} {} {} {} {} {}",
                                    to_hex(cdb_of(call).view()),
                                    call.length,
                                    answer.transferred,
                                    outcome,
                                    sense_text(answer),
                                    call.timeout_ms));
}

Result<std::string> Device::control(std::span<const std::string> words) {
    if (!library_)
        return Error{Code::invalid_parameter, "not a simulated library: use \"changersim ctl\""};
    return sim::control(*library_, *loop_, words);
}

std::string Device::take_commands() {
    std::string text;
    for (const auto& line : std::exchange(commands_, {}))
        text += line + '\n';
    return text;
}

} // namespace standin
