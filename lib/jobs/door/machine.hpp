// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/evidence.hpp"
#include "jobs/door/step.hpp"
#include "support/overload.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace changer::jobs::door {

inline constexpr std::chrono::milliseconds poll_interval{950}; ///< a tick's second, less its jitter
inline constexpr std::chrono::seconds alerts_interval{10};
inline constexpr std::chrono::seconds allow_interval{10};
inline constexpr std::chrono::seconds read_interval{10}; ///< element reads while settling
inline constexpr std::chrono::seconds no_progress{120};  ///< unsettled elements do not decrease
inline constexpr std::uint32_t most_attempts = 5;        ///< of a command that is not essential
inline constexpr std::uint32_t most_reads = 3;           ///< of a read that the job needs
inline constexpr std::uint32_t most_restarts = 5;        ///< of a finished read, for weak reasons

/// One step in the making: the phases change it, finish() makes it a Step.
class Machine {
  public:
    Machine(const State& state, const Now& now);

    Context& context() { return step_.next.context; }

    Volatile& memory() { return step_.next.context.memory; }

    const Parameters& parameters() { return step_.next.context.parameters; }

    const Now& now() const { return now_; }

    /// Compares with the state the step began from, and hands the step over.
    Step finish() &&;

    // phases
    void go(Phase phase) { step_.next.phase = std::move(phase); }

    const Phase& phase() const { return step_.next.phase; }

    template <class P>
    P& in() {
        return *std::get_if<P>(&step_.next.phase);
    }

    template <class P>
    bool is_in() const {
        return std::holds_alternative<P>(step_.next.phase);
    }

    // commands
    /// True if a command may be sent: none is outstanding, the device is not gone.
    bool idle() { return !memory().outstanding && !gone(); }

    bool gone() { return context().absence && context().absence->gone; }

    /// True if nothing was polled in this second.
    bool poll_due();
    /// Must be idle.
    void send(DeviceCommand command);
    void poll();

    /// Takes in an answer: false if nobody waits for it. Logs unit attentions, notes whether the
    /// device is there.
    bool accept(const DeviceAnswer& answer);

    /// After accept(): true if the answered command was a `Command`.
    template <class Command>
    bool answered() const {
        return answered_ && std::holds_alternative<Command>(*answered_);
    }

    // the device's absence
    void lose_device();
    /// True if it was gone and now is not.
    bool regain_device();
    /// Ends the job if the device was lost for too long; true if it did. `known` is the outcome of
    /// a job that had only its lock left to put right.
    bool give_up_if_absent(const std::optional<Outcome>& known = std::nullopt);
    /// Takes the clocks up again after a restart; of door and lock nothing is known then.
    void resume_timers();
    /// A new session holds no PREVENT of ours, and nobody watched the door.
    void forget_the_door(const std::string& why);

    // notices
    void note(Notice notice) { step_.notices.push_back(std::move(notice)); }

    void log(std::string text) { note(Log{std::move(text)}); }

    void log(std::span<const scsi::UnitAttention> attentions);
    void set_door(DoorState door, const std::string& why);
    void set_lock(LockState lock);
    /// Asks a human; a companion's questions about the door wait for MayAsk.
    void raise(RequestType type);
    void ask(RequestType type);
    void end_request(bool satisfied);

    /// A human answered: the request is over, and the caller knows.
    void answered_request() { context().request.reset(); }

    void mark_stale(const std::string& since) { note(MarkStale{since}); }

    // the lock
    /// True if the policy wants PREVENT while elements are read.
    bool wants_prevent();
    /// What the lock still needs: PREVENT while elements are read, the policy's rest at the end.
    std::optional<DeviceCommand> lock_command(Purpose purpose);
    /// Takes in an answer to PREVENT or ALLOW. False: nobody knows, it is worth another try.
    bool take_removal(const Removal& removal);
    void lock_unanswered();
    /// After a reset nobody holds PREVENT.
    void forget_lock_after(const Evidence& evidence);

    /// The outcome of a job that was cancelled, or called off.
    Outcome cancelled();

    /// Ends the job; in a cabinet, this library's part of it.
    void end(Outcome outcome);

  private:
    State before_;
    Now now_;
    Step step_;
    std::optional<DeviceCommand> answered_;
};

/// True for errors that say nothing of the library: no answer came.
bool is_transport_failure(const Error& error);

/// True for errors that pass by themselves: not ready, a unit attention, busy, reserved.
bool is_passing(const Error& error);

Outcome cancelled_outcome(std::string why = "cancelled by request");

} // namespace changer::jobs::door
