// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

// identifying, reconciling, done: the caller works; the machine watches, and puts the lock right.

namespace changer::jobs::door {
namespace {

void start_over(Machine& m, const std::string& why) {
    m.note(StopIdentifying{});
    resettle(m, why);
}

void on_identifying_attention(Machine& m, const Attention& attention) {
    m.log(attention.unit_attentions);
    const Evidence evidence = evidence_of(attention.unit_attentions, m.context());
    m.forget_lock_after(evidence);
    if (evidence.strong()) {
        m.note(StopIdentifying{});
        return enter_open(m, evidence.text);
    }
    if (evidence.weak())
        return start_over(m, evidence.text);
    if (evidence.reset)
        start_over(m, "the library was reset");
}

void on_identified(Machine& m, const Identified& identified) {
    if (m.context().cancelled)
        return enter_reconciling(m, m.cancelled());
    if (identified.error)
        return enter_reconciling(m, {Ending::failed, Error(*identified.error).in("identify")});
    enter_reconciling(m, {});
}

void put_lock_right(Machine& m) {
    const Reconciling phase = m.in<Reconciling>();
    if (!phase.reconciled)
        return;
    const auto command = m.lock_command(Purpose::finish);
    if (!command)
        return m.end(phase.outcome);
    if (m.idle())
        m.send(*command);
}

/// A door that opens now is too late for this job: what was read before stays, and is stale. Not
/// so in a cabinet, whose others are not done yet. False: the phase is left.
bool weigh_late(Machine& m, const Evidence& evidence) {
    m.forget_lock_after(evidence);
    if (!evidence.strong())
        return true;
    const auto* finishing = std::get_if<Finishing>(&m.phase());
    if (m.context().cabinet && !(finishing != nullptr && finishing->closing)) {
        enter_open(m, evidence.text);
        return false;
    }
    m.set_door(DoorState::open, evidence.text);
    m.mark_stale("the door was opened: " + evidence.text);
    return true;
}

void on_reconciling_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer) || !weigh_late(m, evidence_of(answer, m.context(), Maybe::ignored)))
        return;
    const auto try_again = [&] {
        auto& phase = m.in<Reconciling>();
        if (++phase.attempts >= most_attempts)
            m.end(Outcome(phase.outcome));
    };
    std::visit(Overload{
                   [&](const Removal& removal) {
                       if (!m.take_removal(removal))
                           return try_again();
                       put_lock_right(m);
                   },
                   [&](const DeviceFailed& failed) {
                       m.lock_unanswered();
                       if (!is_transport_failure(failed.error))
                           try_again();
                   },
                   // never asked for here
                   [](const Readiness&) {},
                   [](const Alerts&) {},
                   [](const Elements&) {},
                   [](const Rescanned&) {},
                   [](const Moved&) {},
                   [](const Exchanged&) {},
                   [](const Positioned&) {},
               },
               answer.answer);
}

void on_reconciled(Machine& m, const Reconciled& reconciled) {
    auto& phase = m.in<Reconciling>();
    if (phase.reconciled)
        return;
    phase.reconciled = true;
    if (reconciled.error)
        phase.outcome = {Ending::failed, reconciled.error};
    put_lock_right(m);
}

/// What had been read is forgotten, unless the model already agrees with it.
void resume_reconciling(Machine& m) {
    const Reconciling phase = m.in<Reconciling>();
    if (phase.reconciled)
        return put_lock_right(m);
    m.mark_stale("the daemon was restarted");
    if (m.context().cancelled)
        return enter_locking(m, Purpose::cancel);
    resettle(m, "the daemon was restarted");
}

void on_reconciling_tick(Machine& m) {
    const Reconciling& phase = m.in<Reconciling>();
    if (!m.give_up_if_absent(phase.reconciled ? std::optional(phase.outcome) : std::nullopt))
        put_lock_right(m);
}

/// What the lock needs before the job may end; a library that is gone gets nothing any more.
std::optional<DeviceCommand> lock_due(Machine& m) {
    if (m.gone() || m.in<Finishing>().attempts >= most_attempts)
        return std::nullopt;
    return m.lock_command(Purpose::finish);
}

void on_finishing_tick(Machine& m) {
    if (!m.idle())
        return;
    if (const auto command = lock_due(m))
        return m.send(*command);
    if (m.poll_due())
        m.poll();
}

void on_finishing_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer))
        return;
    const Evidence evidence = evidence_of(answer, m.context(), Maybe::ignored);
    if (evidence.weak())
        m.mark_stale(evidence.text);
    if (!weigh_late(m, evidence))
        return;
    const auto* removal = std::get_if<Removal>(&answer.answer);
    if (removal != nullptr && !m.take_removal(*removal))
        ++m.in<Finishing>().attempts;
    if (std::holds_alternative<DeviceFailed>(answer.answer)) {
        m.lock_unanswered();
        if (!m.answered<TestReady>())
            ++m.in<Finishing>().attempts;
    }
    const auto* readiness = std::get_if<Readiness>(&answer.answer);
    if (readiness != nullptr && readiness->ready && m.parameters().reports_door)
        m.set_door(DoorState::closed, "the library reports no open door"); // after a restart
}

} // namespace

void enter_identifying(Machine& m, bool everything) {
    m.go(Identifying{});
    m.note(Identify{everything});
}

void enter_reconciling(Machine& m, Outcome outcome) {
    using library::InventoryMethod;
    const bool cancelled = outcome.ending == Ending::cancelled;
    m.go(Reconciling{.outcome = std::move(outcome)});
    m.note(Reconcile{cancelled ? InventoryMethod::none
                               : m.context().resolved.value_or(InventoryMethod::none),
                     m.context().unsettled});
}

void on_identifying(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const Identified& identified) { on_identified(m, identified); },
                   [&](const Attention& attention) { on_identifying_attention(m, attention); },
                   [&](const Cancel&) {
                       if (!std::exchange(m.context().cancelled, true))
                           m.note(StopIdentifying{});
                   },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           m.note(StopIdentifying{});
                   },
                   [&](const OpenedElsewhere& seen) {
                       if (open_with_others(m, seen))
                           m.note(StopIdentifying{});
                   },
                   [&](const Tick&) { m.give_up_if_absent(); },
                   [&](const DeviceLost&) { m.lose_device(); },
                   [&](const DeviceBack&) {
                       if (!m.regain_device())
                           return;
                       m.mark_stale("nobody watched the library");
                       start_over(m, "the door was not watched");
                   },
                   [&](const Restarted& restarted) {
                       m.resume_timers();
                       if (!restarted.device_present)
                           return m.lose_device();
                       m.mark_stale("the daemon was restarted");
                       start_over(m, "the daemon was restarted");
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   // the machine has no command under way, and no request
                   [](const DeviceAnswer&) {},
                   [](const Selected&) {},
                   [](const Started&) {},
                   [](const Complete&) {},
                   [](const Refuse&) {},
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

void on_reconciling(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const Reconciled& reconciled) { on_reconciled(m, reconciled); },
                   [&](const DeviceAnswer& answer) { on_reconciling_answer(m, answer); },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       weigh_late(m, evidence_of(attention.unit_attentions, m.context()));
                   },
                   [&](const Tick&) { on_reconciling_tick(m); },
                   [&](const Cancel&) { m.log("cancelled too late: the inventory is complete"); },
                   [&](const OpenedElsewhere& seen) { open_with_others(m, seen); },
                   [&](const DeviceLost&) { m.lose_device(); },
                   [&](const DeviceBack&) {
                       if (m.regain_device())
                           put_lock_right(m);
                   },
                   [&](const Restarted& restarted) {
                       m.resume_timers();
                       if (!restarted.device_present)
                           m.lose_device();
                       resume_reconciling(m);
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   [](const Selected&) {},
                   [](const Started&) {},
                   // no request is open, identification is over
                   [](const Complete&) {},
                   [](const Refuse&) {},
                   [](const Identified&) {},
                   // too late to be called off; released and closed already; not over
                   [](const CalledOff&) {},
                   [](const Released&) {},
                   [](const ClosedForAll&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

void on_finishing(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_finishing_answer(m, answer); },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       weigh_late(m, evidence_of(attention.unit_attentions, m.context()));
                   },
                   [&](const Tick&) { on_finishing_tick(m); },
                   [&](const OpenedElsewhere& seen) { open_with_others(m, seen); },
                   [&](const AllOver& over) {
                       if (!m.context().cabinet || over.round != m.context().cabinet->round)
                           return;
                       m.in<Finishing>().closing = true;
                       m.in<Finishing>().for_others = over.for_others;
                   },
                   [&](const CabinetDone&) {
                       if (m.in<Finishing>().closing && !lock_due(m)) // else: told again
                           m.end(Outcome(m.in<Finishing>().outcome));
                   },
                   [&](const DeviceLost&) { m.lose_device(); },
                   [&](const DeviceBack&) { m.regain_device(); },
                   [&](const Restarted& restarted) {
                       m.resume_timers();
                       if (!restarted.device_present)
                           m.lose_device();
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   // this part is over, only those of the others are not
                   [](const Selected&) {},
                   [](const Started&) {},
                   [](const Complete&) {},
                   [](const Refuse&) {},
                   [](const Cancel&) {},
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   [](const Released&) {},
                   [](const ClosedForAll&) {},
                   [](const CalledOff&) {},
                   [](const MayAsk&) {},
               },
               event);
}

void on_done(Machine&, const Event& event) {
    std::visit(
        Overload{
            // what has ended stays as it is
            [](const Selected&) {},        [](const Started&) {},      [](const DeviceAnswer&) {},
            [](const Attention&) {},       [](const Tick&) {},         [](const Complete&) {},
            [](const Refuse&) {},          [](const Cancel&) {},       [](const DeviceLost&) {},
            [](const DeviceBack&) {},      [](const Restarted&) {},    [](const Amended&) {},
            [](const Identified&) {},      [](const Reconciled&) {},   [](const Released&) {},
            [](const OpenedElsewhere&) {}, [](const ClosedForAll&) {}, [](const CalledOff&) {},
            [](const MayAsk&) {},          [](const AllOver&) {},      [](const CabinetDone&) {},
        },
        event);
}

} // namespace changer::jobs::door
