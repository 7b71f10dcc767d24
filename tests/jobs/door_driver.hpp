// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/json.hpp"
#include "jobs/door/step.hpp"
#include "support/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Drives a door job by hand: feeds events, keeps what came of them, checks what always holds.

namespace changer::jobs::door::test {

using std::chrono::seconds;

inline constexpr Sense door_is_open{0x2, 0x04, 0x18};
inline constexpr Sense becoming_ready{0x2, 0x04, 0x01};
inline constexpr Sense manual_intervention{0x2, 0x04, 0x03}; ///< a `maybe` code
inline constexpr Sense medium_changed{0x6, 0x28, 0x00};
inline constexpr Sense mail_slot_used{0x6, 0x28, 0x01};
inline constexpr Sense power_on{0x6, 0x29, 0x00};
inline constexpr Sense new_nexus{0x6, 0x29, 0x07};
inline constexpr Sense not_supported{0x5, 0x20, 0x00};

/// A library of four slots, a mail slot and a drive; slots 1 and 2 hold A and B.
std::vector<scsi::ElementStatus> slots(std::vector<std::string> barcodes = {"A", "B", "", ""});

DeviceAnswer ready();
DeviceAnswer not_ready(Sense sense);
DeviceAnswer elements(std::vector<scsi::ElementStatus> read = slots());
DeviceAnswer removal(RemovalVerdict verdict, std::optional<Sense> sense = std::nullopt);
DeviceAnswer good();
DeviceAnswer no_alerts();
DeviceAnswer failed(Error error);
DeviceAnswer lost_answer();
DeviceAnswer with(DeviceAnswer answer, Sense unit_attention);

Parameters parameters();

class Driver {
  public:
    explicit Driver(Parameters parameters = test::parameters());

    explicit Driver(State state)
        : state_(std::move(state)) {}

    const State& state() const { return state_; }

    const Context& context() const { return state_.context; }

    std::string_view phase() const { return phase_name(state_.phase); }

    Now now() const { return clock_.now(); }

    /// Notices of the last event, and of all.
    const std::vector<Notice>& notices() const { return notices_; }

    const std::vector<Notice>& all_notices() const { return all_notices_; }

    /// The command that waits for its answer.
    const std::optional<DeviceCommand>& outstanding() const { return outstanding_; }

    template <class Command>
    bool awaits() const {
        return outstanding_ && std::holds_alternative<Command>(*outstanding_);
    }

    template <class N>
    const N* last() const {
        for (auto it = all_notices_.rbegin(); it != all_notices_.rend(); ++it)
            if (const auto* found = std::get_if<N>(&*it))
                return found;
        return nullptr;
    }

    template <class N>
    bool noticed() const {
        for (const Notice& notice : notices_)
            if (std::holds_alternative<N>(notice))
                return true;
        return false;
    }

    void feed(const Event& event);

    void pass(seconds time) { clock_.sleep_for(time); }

    /// A second passes, and a tick comes.
    void tick();
    /// As many seconds pass, each with its tick; every TEST UNIT READY is answered with `answer`.
    void watch(seconds time, const DeviceAnswer& answer);

    /// Lets seconds pass, answering TEST UNIT READY with `answer`, until `Command` is awaited.
    template <class Command>
    bool reaches(const DeviceAnswer& answer, int limit = 30) {
        for (int i = 0; i < limit && !awaits<Command>(); ++i) {
            tick();
            if (awaits<TestReady>() && !std::is_same_v<Command, TestReady>)
                feed(answer);
            else if (awaits<ReadAlerts>() && !std::is_same_v<Command, ReadAlerts>)
                feed(no_alerts());
        }
        return awaits<Command>();
    }

    /// Dies and starts again: the state goes through its journal form.
    void restart(bool device_present = true);

    // ways into the phases
    void to_unlocked();
    void to_open();
    void to_settling();
    void to_scanning();
    /// Answers everything well until the job is done or asks for something else.
    void run_down(const std::vector<scsi::ElementStatus>& read = slots());

  private:
    State state_;
    ManualClock clock_;
    std::optional<DeviceCommand> outstanding_;
    std::vector<Notice> notices_;
    std::vector<Notice> all_notices_;
};

} // namespace changer::jobs::door::test
