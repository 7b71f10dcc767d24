// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

namespace changer::jobs::door {
namespace {

void proceed(Machine& m) {
    const Locking phase = m.in<Locking>();
    if (phase.purpose == Purpose::finish)
        return m.end(phase.outcome);
    enter_scanning(m, phase.purpose);
}

void send_next(Machine& m) {
    const auto command = m.lock_command(m.in<Locking>().purpose);
    if (!command)
        return proceed(m);
    if (m.idle())
        m.send(*command);
}

/// Takes in what any answer or unit attention says; false if the phase is left.
bool weigh(Machine& m, const Evidence& evidence) {
    m.forget_lock_after(evidence);
    if (!evidence.strong())
        return true;
    if (m.in<Locking>().purpose != Purpose::finish || m.context().cabinet) {
        enter_open(m, evidence.text);
        return false;
    }
    // Too late for this job: the door that opens now is another one's.
    m.set_door(DoorState::open, evidence.text);
    m.mark_stale("the door was opened: " + evidence.text);
    return true;
}

void after_removal(Machine& m, const Removal& removal) {
    const bool allow = m.answered<AllowRemoval>();
    const bool known = m.take_removal(removal);
    auto& phase = m.in<Locking>();
    if (allow && phase.purpose != Purpose::finish)
        return send_next(m); // an ALLOW from before, answered only now
    if (known || ++phase.attempts >= most_attempts)
        return proceed(m);
}

void after_failure(Machine& m, const DeviceFailed& failed) {
    m.lock_unanswered();
    if (!is_transport_failure(failed.error) && ++m.in<Locking>().attempts >= most_attempts)
        proceed(m);
}

void on_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer) || !weigh(m, evidence_of(answer, m.context(), Maybe::ignored)))
        return;
    std::visit(Overload{
                   [&](const Removal& removal) { after_removal(m, removal); },
                   [&](const DeviceFailed& failed) { after_failure(m, failed); },
                   // asked for by the phase before
                   [&](const Readiness&) { send_next(m); },
                   [&](const Elements&) { send_next(m); },
                   [&](const Alerts& alerts) {
                       m.context().alerts = alerts.flags;
                       send_next(m);
                   },
                   [&](const Rescanned&) { send_next(m); },
                   [&](const Moved&) { send_next(m); },
                   [](const Exchanged&) {},
                   [](const Positioned&) {},
               },
               answer.answer);
}

void resume(Machine& m) {
    auto& phase = m.in<Locking>();
    phase.attempts = 0;
    m.mark_stale("nobody watched the library");
    if (phase.purpose == Purpose::inventory)
        return resettle(m, "the door was not watched");
    send_next(m);
}

void on_tick(Machine& m) {
    const Locking& phase = m.in<Locking>();
    const bool finishing = phase.purpose == Purpose::finish;
    if (!m.give_up_if_absent(finishing ? std::optional(phase.outcome) : std::nullopt))
        send_next(m);
}

void on_cancel(Machine& m) {
    auto& phase = m.in<Locking>();
    if (phase.purpose == Purpose::finish)
        return m.log("cancelled too late: the outcome is known");
    m.context().cancelled = true;
    phase.purpose = Purpose::cancel;
}

void on_called_off(Machine& m, const CalledOff& called_off) {
    auto& phase = m.in<Locking>();
    if (phase.purpose != Purpose::finish && call_off(m, called_off))
        phase.purpose = Purpose::cancel;
}

} // namespace

void enter_locking(Machine& m, Purpose purpose, Outcome outcome) {
    m.go(Locking{.purpose = purpose, .outcome = std::move(outcome)});
    send_next(m);
}

void on_locking(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_answer(m, answer); },
                   [&](const Tick&) { on_tick(m); },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       weigh(m, evidence_of(attention.unit_attentions, m.context()));
                   },
                   [&](const Cancel&) { on_cancel(m); },
                   [&](const CalledOff& called_off) { on_called_off(m, called_off); },
                   [&](const OpenedElsewhere& seen) { open_with_others(m, seen); },
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
                   // no request is open, nothing was asked of the caller
                   [](const Complete&) {},
                   [](const Refuse&) {},
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   // released and closed already; this part is not over
                   [](const Released&) {},
                   [](const ClosedForAll&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

} // namespace changer::jobs::door
