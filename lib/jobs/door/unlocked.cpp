// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

#include <utility>

namespace changer::jobs::door {
namespace {

using Reread = Unlocked::Reread;

/// Asks where the library alone will not do: it cannot unlock, or it will not tell.
void ask_to_open(Machine& m) {
    if (!m.parameters().reports_door)
        m.raise(RequestType::confirm_opened);
    else if (m.context().lock != LockState::unlocked)
        m.raise(RequestType::open_door);
    else if (m.context().request == RequestType::open_door ||
             (m.context().cabinet && m.context().cabinet->unasked == RequestType::open_door))
        m.end_request(false);
}

void ask_unasked(Machine& m) {
    auto& cabinet = m.context().cabinet;
    if (cabinet && cabinet->unasked)
        m.ask(*std::exchange(cabinet->unasked, std::nullopt));
}

void lock_and(Machine& m, Purpose purpose) {
    m.end_request(false);
    enter_locking(m, purpose);
}

/// Sends what cannot wait for the next tick.
void send_urgent(Machine& m) {
    auto& phase = m.in<Unlocked>();
    if (!m.idle())
        return;
    if (m.context().cancelled)
        return lock_and(m, Purpose::cancel);
    if (phase.allow_again) {
        phase.allow_again = false;
        m.memory().allowed_at = m.now().steady;
        return m.send(AllowRemoval{});
    }
    if (phase.reread != Reread::no)
        m.send(ReadElements{});
}

void send_next(Machine& m) {
    auto& memory = m.memory();
    const auto now = m.now().steady;
    if (m.idle() && !m.context().cancelled && m.in<Unlocked>().timeout.expired(m.now()))
        return lock_and(m, Purpose::compare);
    send_urgent(m);
    if (!m.is_in<Unlocked>() || !m.poll_due())
        return;
    if (m.context().alerts && (!memory.alerts_at || now - *memory.alerts_at >= alerts_interval)) {
        memory.alerts_at = memory.polled_at = now;
        return m.send(ReadAlerts{});
    }
    m.poll();
}

/// Takes in what any answer or unit attention says; false if the phase is left.
bool weigh(Machine& m, const Evidence& evidence) {
    if (evidence.strong()) {
        enter_open(m, evidence.text);
        return false;
    }
    m.forget_lock_after(evidence);
    auto& phase = m.in<Unlocked>();
    // A reset undoes ALLOW on some libraries, and never says that a door was opened.
    if (evidence.reset && m.parameters().lockable != false)
        phase.allow_again = true;
    if (evidence.weak() && !m.answered<ReadElements>())
        phase.reread = Reread::evidence;
    return true;
}

void after_readiness(Machine& m, const Readiness& readiness) {
    auto& context = m.context();
    if (context.discounted && context.discounted != readiness.not_ready)
        context.discounted.reset();
    if (m.parameters().reports_door)
        m.set_door(DoorState::closed, "the library reports no open door");
    // An ALLOW that was not taken while the library was not ready is worth another try.
    const auto& last = m.memory().allowed_at;
    if (readiness.ready && context.lock == LockState::unknown && m.parameters().lockable != false &&
        (!last || m.now().steady - *last >= allow_interval))
        m.in<Unlocked>().allow_again = true;
    send_urgent(m);
}

void after_alerts(Machine& m, const Alerts& alerts) {
    Evidence evidence;
    if (alerts.flags && m.context().alerts)
        evidence = new_alerts(*m.context().alerts, *alerts.flags);
    m.context().alerts = alerts.flags;
    if (weigh(m, evidence))
        send_urgent(m);
}

/// Weak evidence is confirmed by what the slots hold, or put to the operator.
void after_elements(Machine& m, const Elements& read) {
    const Reread reason = std::exchange(m.in<Unlocked>().reread, Reread::no);
    const auto& before = m.context().before;
    if (before && *before != snapshot_of(read.elements)) {
        enter_open(m, "the slots hold other cartridges than before");
        m.memory().quiet_since = m.now().steady;
        return;
    }
    if (reason == Reread::evidence)
        m.raise(RequestType::confirm_opened);
    send_urgent(m);
}

void after_failure(Machine& m, const DeviceFailed& failed) {
    if (m.answered<AllowRemoval>()) {
        m.lock_unanswered();
        ask_to_open(m);
    }
    // The library has no answer to compare: the operator knows.
    if (m.answered<ReadElements>() && !is_passing(failed.error) &&
        std::exchange(m.in<Unlocked>().reread, Reread::no) == Reread::evidence)
        m.raise(RequestType::confirm_opened);
    if (m.answered<ReadAlerts>() && !is_passing(failed.error))
        m.context().alerts.reset();
}

void on_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer) || !weigh(m, evidence_of(answer, m.context(), Maybe::counts)))
        return;
    std::visit(Overload{
                   [&](const Readiness& readiness) { after_readiness(m, readiness); },
                   [&](const Alerts& alerts) { after_alerts(m, alerts); },
                   [&](const Elements& read) { after_elements(m, read); },
                   [&](const Removal& removal) {
                       m.take_removal(removal);
                       ask_to_open(m);
                       send_urgent(m);
                   },
                   [&](const DeviceFailed& failed) { after_failure(m, failed); },
                   // never asked for here
                   [](const Rescanned&) {},
                   [](const Moved&) {},
                   [](const Exchanged&) {},
                   [](const Positioned&) {},
               },
               answer.answer);
}

void on_complete(Machine& m) {
    if (!m.context().request)
        return;
    m.answered_request();
    m.context().evidence = "the operator says so";
    m.mark_stale("the door was opened, the operator says");
    opened_and_closed(m, "the operator says it was opened and closed", Witness::human);
}

void on_refuse(Machine& m) {
    if (!m.context().request)
        return;
    const RequestType refused = *m.context().request;
    m.answered_request();
    if (refused == RequestType::confirm_opened && m.parameters().reports_door) {
        m.log("the operator says the door was not opened");
        return ask_to_open(m);
    }
    m.log("the operator will not open the door");
    m.context().cancelled = true;
    m.context().called_off = "the operator will not open the door";
    send_urgent(m);
}

void resume(Machine& m) {
    auto& phase = m.in<Unlocked>();
    phase.reread = phase.reread == Reread::no ? Reread::resumed : phase.reread;
    phase.allow_again = m.parameters().lockable != false;
    m.mark_stale("nobody watched the unlocked door");
    m.poll();
}

} // namespace

void enter_unlocked(Machine& m) {
    m.context().allowed = true;
    m.go(Unlocked{.timeout = Timer::start(m.parameters().unlock_timeout, m.now())});
    m.memory().polled_at.reset();
    m.memory().alerts_at = m.now().steady; // the baseline has just been read
    ask_to_open(m);
}

void on_unlocked(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_answer(m, answer); },
                   [&](const Tick&) {
                       if (!m.give_up_if_absent())
                           send_next(m);
                   },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       if (weigh(m, evidence_of(attention.unit_attentions, m.context())))
                           send_urgent(m);
                   },
                   [&](const Complete&) { on_complete(m); },
                   [&](const Refuse&) { on_refuse(m); },
                   [&](const Cancel&) {
                       m.context().cancelled = true;
                       send_urgent(m);
                   },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           send_urgent(m);
                   },
                   [&](const OpenedElsewhere& seen) { open_with_others(m, seen); },
                   [&](const MayAsk&) { ask_unasked(m); },
                   [&](const DeviceLost&) { m.lose_device(); },
                   [&](const DeviceBack&) {
                       if (m.regain_device())
                           resume(m);
                   },
                   [&](const Restarted& restarted) {
                       m.resume_timers();
                       if (!restarted.device_present)
                           return m.lose_device();
                       resume(m);
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   [](const Selected&) {},
                   [](const Started&) {},
                   // nothing was asked of the caller
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   // released already; the door was not opened, no part is over
                   [](const Released&) {},
                   [](const ClosedForAll&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

} // namespace changer::jobs::door
