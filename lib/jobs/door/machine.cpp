// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/machine.hpp"

#include "jobs/door/texts.hpp"
#include "scsi/sense_table.hpp"
#include "support/sense.hpp"

#include <fmt/format.h>

#include <cassert>

namespace changer::jobs::door {
namespace {

/// Tells whether this is the kind of answer that a command gets; DeviceFailed answers all of them.
bool fits(const DeviceCommand& command, const DeviceAnswer& answer) {
    const auto& a = answer.answer;
    return std::holds_alternative<DeviceFailed>(a) ||
           std::visit(
               Overload{
                   [&](const TestReady&) { return std::holds_alternative<Readiness>(a); },
                   [&](const ReadAlerts&) { return std::holds_alternative<Alerts>(a); },
                   [&](const ReadElements&) { return std::holds_alternative<Elements>(a); },
                   [&](const Rescan&) { return std::holds_alternative<Rescanned>(a); },
                   [&](const AllowRemoval&) { return std::holds_alternative<Removal>(a); },
                   [&](const PreventRemoval&) { return std::holds_alternative<Removal>(a); },
                   [&](const MoveMedium&) { return std::holds_alternative<Moved>(a); },
                   [&](const VerifyMove&) { return std::holds_alternative<Moved>(a); },
                   [&](const ExchangeMedia&) { return std::holds_alternative<Exchanged>(a); },
                   [&](const VerifyExchange&) { return std::holds_alternative<Exchanged>(a); },
                   [&](const PositionArm&) { return std::holds_alternative<Positioned>(a); },
               },
               command);
}

} // namespace

Machine::Machine(const State& state, const Now& now)
    : before_(state)
    , now_(now)
    , step_{state} {}

Step Machine::finish() && {
    step_.record = !(step_.next == before_) || !step_.notices.empty();
    assert(step_.commands.size() <= 1);
    return std::move(step_);
}

bool Machine::poll_due() {
    return idle() && (!memory().polled_at || now_.steady - *memory().polled_at >= poll_interval);
}

void Machine::send(DeviceCommand command) {
    assert(idle());
    memory().outstanding = command;
    step_.commands.push_back(std::move(command));
}

void Machine::poll() {
    memory().polled_at = now_.steady;
    send(TestReady{});
}

bool Machine::accept(const DeviceAnswer& answer) {
    if (!memory().outstanding || !fits(*memory().outstanding, answer))
        return false;
    answered_ = std::exchange(memory().outstanding, std::nullopt);
    log(answer.unit_attentions);
    const auto* failed = std::get_if<DeviceFailed>(&answer.answer);
    if (failed != nullptr && is_transport_failure(failed->error)) {
        if (!context().absence) {
            context().absence = Absence{Timer::start(parameters().absence_budget, now_), false};
            log("the library does not answer: " + to_string(failed->error));
        }
    } else if (context().absence && !context().absence->gone) {
        context().absence.reset();
    }
    if (const auto* readiness = std::get_if<Readiness>(&answer.answer))
        memory().not_ready = readiness->not_ready;
    return true;
}

void Machine::lose_device() {
    memory().outstanding.reset();
    if (!context().absence) {
        context().absence = Absence{Timer::start(parameters().absence_budget, now_), true};
        log("the library's device is gone");
    }
    context().absence->gone = true;
}

bool Machine::regain_device() {
    if (!gone())
        return false;
    context().absence.reset();
    context().memory = {};
    log("the library's device is back");
    forget_the_door("the library was lost");
    return true;
}

bool Machine::give_up_if_absent(const std::optional<Outcome>& known) {
    if (!context().absence || !context().absence->timer.expired(now_))
        return false;
    if (context().allowed || context().prevented)
        set_lock(LockState::unknown);
    mark_stale("the library was lost during a door job");
    Error offline{Code::library_offline,
                  fmt::format("library {} did not come back within {} s",
                              parameters().library,
                              parameters().absence_budget.count())};
    end(known.value_or(Outcome{Ending::failed, std::move(offline)}));
    return true;
}

void Machine::forget_the_door(const std::string& why) {
    set_door(DoorState::unknown, why);
    if (context().lock != LockState::not_effective)
        set_lock(LockState::unknown);
}

void Machine::resume_timers() {
    context().memory = {};
    forget_the_door("the daemon was restarted");
    if (context().absence)
        context().absence->timer.resume(now_);
    std::visit(Overload{
                   [](Queued&) {},
                   [](Draining&) {},
                   [](EmptyingDrives&) {},
                   [](Unlocking&) {},
                   [&](Unlocked& phase) { phase.timeout.resume(now_); },
                   [&](Open& phase) { phase.max_open.resume(now_); },
                   [&](Settling& phase) { phase.budget.resume(now_); },
                   [](Locking&) {},
                   [](Scanning&) {},
                   [](Identifying&) {},
                   [](Reconciling&) {},
                   [](Finishing&) {},
                   [](Done&) {},
               },
               step_.next.phase);
}

void Machine::log(std::span<const scsi::UnitAttention> attentions) {
    for (const scsi::UnitAttention& attention : attentions)
        log(fmt::format("unit attention {} ({}), met by command {:02X}h",
                        to_string(attention.sense),
                        scsi::describe(attention.sense, parameters().family),
                        attention.opcode));
}

void Machine::set_door(DoorState door, const std::string& why) {
    if (context().door == door)
        return;
    context().door = door;
    note(DoorChanged{door, now_.wall, why});
}

void Machine::set_lock(LockState lock) {
    if (context().lock == lock)
        return;
    context().lock = lock;
    note(LockChanged{lock});
}

void Machine::raise(RequestType type) {
    if (context().request == type)
        return;
    end_request(false);
    auto& cabinet = context().cabinet;
    if (!cabinet || cabinet->leads || type == RequestType::service)
        return ask(type);
    if (type != RequestType::close_door) // which the first job asks for at the same time
        cabinet->unasked = type;
}

void Machine::ask(RequestType type) {
    context().request = type;
    note(RaiseRequest{type, request_text(type, context())});
}

void Machine::end_request(bool satisfied) {
    if (context().cabinet)
        context().cabinet->unasked.reset();
    if (!context().request)
        return;
    note(EndRequest{*context().request, satisfied});
    context().request.reset();
}

bool Machine::wants_prevent() {
    return parameters().lock_policy != library::LockPolicy::never &&
           parameters().lockable != false && context().lock != LockState::not_effective;
}

std::optional<DeviceCommand> Machine::lock_command(Purpose purpose) {
    if (purpose != Purpose::finish)
        return wants_prevent() ? std::optional<DeviceCommand>(PreventRemoval{}) : std::nullopt;
    if (parameters().lockable == false || context().lock == LockState::not_effective)
        return std::nullopt;
    if (parameters().lock_policy == library::LockPolicy::always)
        return context().lock_held() ? std::nullopt
                                     : std::optional<DeviceCommand>(PreventRemoval{});
    // PREVENT ends with the job that sent it, and no job leaves a lock behind that nobody knows.
    const bool undone =
        context().prevented || (context().allowed && context().lock == LockState::unknown);
    return undone ? std::optional<DeviceCommand>(AllowRemoval{}) : std::nullopt;
}

bool Machine::take_removal(const Removal& removal) {
    const bool allow = answered<AllowRemoval>();
    // A refusal with "illegal request" is a library without this command; any other is a mood.
    const bool unable = removal.verdict == RemovalVerdict::refused && removal.sense &&
                        removal.sense->key == 0x5 && removal.sense->asc != 0x53;
    if (removal.verdict == RemovalVerdict::good) {
        if (allow)
            set_lock(LockState::unlocked);
        else
            set_lock(parameters().lock_holds_door ? LockState::locked : LockState::requested);
    } else {
        set_lock(unable ? LockState::not_effective : LockState::unknown);
    }
    // Even an unanswered PREVENT may have taken effect; only a good ALLOW undoes it.
    if (!allow && !unable)
        context().prevented = true;
    else if (allow && removal.verdict == RemovalVerdict::good)
        context().prevented = false;
    return removal.verdict == RemovalVerdict::good || unable;
}

void Machine::lock_unanswered() {
    if (answered<PreventRemoval>())
        context().prevented = true;
    if (answered<PreventRemoval>() || answered<AllowRemoval>())
        set_lock(LockState::unknown);
}

void Machine::forget_lock_after(const Evidence& evidence) {
    if (evidence.reset && context().lock_held())
        set_lock(LockState::unknown);
}

Outcome Machine::cancelled() {
    const auto& why = context().called_off;
    return why.empty() ? cancelled_outcome() : cancelled_outcome(why);
}

void Machine::end(Outcome outcome) {
    end_request(false);
    if (context().cabinet && !is_in<Finishing>())
        return go(Finishing{.outcome = std::move(outcome)});
    if (context().lock == LockState::unknown && (context().allowed || context().prevented))
        note(RaiseRequest{RequestType::service, lock_unknown_text(context())});
    memory().outstanding.reset();
    note(Finished{outcome});
    go(Done{std::move(outcome)});
}

bool is_transport_failure(const Error& error) {
    return error.code == Code::transport_failed || error.code == Code::command_timeout ||
           error.code == Code::device_not_available;
}

bool is_passing(const Error& error) {
    if (is_transport_failure(error) || error.code == Code::device_busy ||
        error.code == Code::reservation_conflict)
        return true;
    return error.sense && (error.sense->key == 0x2 || error.sense->key == 0x6);
}

Outcome cancelled_outcome(std::string why) {
    return {Ending::cancelled, Error{Code::cancelled, std::move(why)}};
}

} // namespace changer::jobs::door
