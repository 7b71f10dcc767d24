// SPDX-License-Identifier: Apache-2.0
#include "door_driver.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace changer::jobs::door::test {

std::vector<scsi::ElementStatus> slots(std::vector<std::string> barcodes) {
    std::vector<scsi::ElementStatus> all;
    std::uint16_t address = 1000;
    for (std::string& barcode : barcodes) {
        scsi::ElementStatus slot;
        slot.type = scsi::ElementType::storage;
        slot.address = scsi::ElementAddress{address++};
        slot.full = !barcode.empty();
        slot.volume_tag = std::move(barcode);
        all.push_back(std::move(slot));
    }
    scsi::ElementStatus mail_slot;
    mail_slot.type = scsi::ElementType::import_export;
    mail_slot.address = scsi::ElementAddress{10};
    all.push_back(mail_slot);
    scsi::ElementStatus drive;
    drive.type = scsi::ElementType::data_transfer;
    drive.address = scsi::ElementAddress{256};
    all.push_back(drive);
    return all;
}

DeviceAnswer ready() {
    return {Readiness{.ready = true}};
}

DeviceAnswer not_ready(Sense sense) {
    return {Readiness{.ready = false, .not_ready = sense}};
}

DeviceAnswer elements(std::vector<scsi::ElementStatus> read) {
    return {Elements{std::move(read)}};
}

DeviceAnswer removal(RemovalVerdict verdict, std::optional<Sense> sense) {
    return {Removal{verdict, sense}};
}

DeviceAnswer good() {
    return removal(RemovalVerdict::good);
}

DeviceAnswer no_alerts() {
    return {Alerts{AlertFlags{}}};
}

DeviceAnswer failed(Error error) {
    return {DeviceFailed{std::move(error)}};
}

DeviceAnswer lost_answer() {
    return failed({Code::transport_failed, "connection lost"});
}

DeviceAnswer with(DeviceAnswer answer, Sense unit_attention) {
    answer.unit_attentions.push_back({unit_attention, 0x00});
    return answer;
}

Parameters parameters() {
    Parameters p;
    p.library = "main";
    p.inventory = InventoryAction::fast;
    p.lock_policy = library::LockPolicy::jobs;
    return p;
}

namespace {

/// True if this is what the command waits for; a job ignores any other answer.
bool fits(const DeviceCommand& command, const DeviceAnswer& answer) {
    struct Kinds {
        std::size_t command, answer;
    };

    static constexpr Kinds pairs[]{{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 4}, {6, 5}};
    for (const Kinds& pair : pairs)
        if (pair.command == command.index() && pair.answer == answer.answer.index())
            return true;
    return std::holds_alternative<DeviceFailed>(answer.answer);
}

} // namespace

Driver::Driver(Parameters parameters) {
    state_.context.parameters = std::move(parameters);
}

void Driver::feed(const Event& event) {
    const auto* answer = std::get_if<DeviceAnswer>(&event);
    const bool answers = answer != nullptr && outstanding_ && fits(*outstanding_, *answer);
    const bool drops =
        std::holds_alternative<DeviceLost>(event) || std::holds_alternative<Restarted>(event);
    Step step = door::step(state_, event, clock_.now());

    CAPTURE(phase());
    CAPTURE(phase_name(step.next.phase));
    REQUIRE(step.commands.size() <= 1);
    if (answers || drops)
        outstanding_.reset();
    REQUIRE_FALSE((outstanding_ && !step.commands.empty())); // one at a time
    if (step.next.phase.index() != state_.phase.index() || !step.notices.empty())
        REQUIRE(step.record);
    REQUIRE(step.record == (!(step.next == state_) || !step.notices.empty()));
    for (const DeviceCommand& command : step.commands)
        if (std::holds_alternative<MoveMedium>(command))
            REQUIRE(phase_name(step.next.phase) == "emptying_drives");
    const auto read_back = state_from_json(nlohmann::json::parse(to_json(step.next).dump()));
    REQUIRE(read_back);
    REQUIRE(*read_back == step.next);

    if (!step.commands.empty())
        outstanding_ = std::move(step.commands.front());
    state_ = std::move(step.next);
    notices_ = std::move(step.notices);
    all_notices_.insert(all_notices_.end(), notices_.begin(), notices_.end());
}

void Driver::tick() {
    pass(seconds{1});
    feed(Tick{});
}

void Driver::watch(seconds time, const DeviceAnswer& answer) {
    for (seconds passed{}; passed < time; ++passed) {
        tick();
        if (awaits<TestReady>())
            feed(answer);
        else if (awaits<ReadAlerts>())
            feed(no_alerts());
    }
}

void Driver::restart(bool device_present) {
    const auto read_back = state_from_json(nlohmann::json::parse(to_json(state_).dump()));
    REQUIRE(read_back);
    state_ = *read_back;
    outstanding_.reset();
    feed(Restarted{device_present});
}

void Driver::to_unlocked() {
    feed(Started{});
    REQUIRE(awaits<TestReady>());
    feed(ready());
    REQUIRE(awaits<ReadAlerts>());
    feed(no_alerts());
    REQUIRE(awaits<ReadElements>());
    feed(elements());
    if (awaits<AllowRemoval>())
        feed(good());
    REQUIRE(phase() == "unlocked");
}

void Driver::to_open() {
    to_unlocked();
    watch(seconds{1}, not_ready(door_is_open));
    REQUIRE(phase() == "open");
}

void Driver::to_settling() {
    to_open();
    watch(context().parameters.quiet + seconds{2}, not_ready(becoming_ready));
    REQUIRE(phase() == "settling");
}

void Driver::to_scanning() {
    to_settling();
    while (phase() != "scanning") {
        if (awaits<PreventRemoval>() || awaits<AllowRemoval>())
            feed(good());
        else if (awaits<TestReady>())
            feed(ready());
        else if (awaits<ReadElements>())
            feed(elements());
        else
            tick();
    }
}

void Driver::run_down(const std::vector<scsi::ElementStatus>& read) {
    for (int i = 0; i < 100 && phase() != "done"; ++i) {
        if (awaits<PreventRemoval>() || awaits<AllowRemoval>())
            feed(good());
        else if (awaits<TestReady>())
            feed(ready());
        else if (awaits<ReadElements>())
            feed(elements(read));
        else if (awaits<ReadAlerts>())
            feed(no_alerts());
        else if (awaits<Rescan>())
            feed(DeviceAnswer{Rescanned{}});
        else if (phase() == "identifying")
            feed(Identified{});
        else if (phase() == "reconciling")
            feed(Reconciled{});
        else
            tick();
    }
}

} // namespace changer::jobs::door::test
