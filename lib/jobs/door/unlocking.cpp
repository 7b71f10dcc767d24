// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"
#include "scsi/sense_table.hpp"

namespace changer::jobs::door {
namespace {

using Stage = Unlocking::Stage;

void send_next(Machine& m) {
    auto& phase = m.in<Unlocking>();
    if (phase.stage == Stage::allow && m.parameters().lockable == false) {
        m.set_lock(LockState::not_effective);
        return enter_unlocked(m);
    }
    if (!m.idle())
        return;
    switch (phase.stage) {
    case Stage::drain:
        return m.poll();
    case Stage::alerts:
        return m.send(ReadAlerts{});
    case Stage::snapshot:
        return m.send(ReadElements{});
    case Stage::allow:
        m.memory().allowed_at = m.now().steady;
        return m.send(AllowRemoval{});
    }
}

void advance(Machine& m, Stage stage) {
    m.go(Unlocking{.stage = stage});
    send_next(m);
}

/// Cancelled before ALLOW: the lock was not touched.
void give_up(Machine& m) {
    enter_locking(m, Purpose::finish, m.cancelled());
}

/// ALLOW, or the attempt at it, is over: only a lock that was touched is put back.
void after_allow(Machine& m) {
    if (m.context().cancelled) {
        m.context().allowed = true;
        return enter_locking(m, Purpose::finish, m.cancelled());
    }
    enter_unlocked(m);
}

/// A fault that was there before ALLOW says nothing of the door; a door that was open before does.
void discount_old_fault(Machine& m, const Readiness& readiness) {
    if (readiness.not_ready && scsi::door_evidence(*readiness.not_ready, m.parameters().family) ==
                                   scsi::DoorEvidence::maybe)
        m.context().discounted = readiness.not_ready;
}

void after_failure(Machine& m, const DeviceFailed& failed) {
    auto& phase = m.in<Unlocking>();
    if (phase.stage == Stage::allow) {
        m.lock_unanswered();
        return after_allow(m);
    }
    const std::uint32_t most = phase.stage == Stage::snapshot ? most_reads : most_attempts;
    if (is_transport_failure(failed.error) || (is_passing(failed.error) && ++phase.attempts < most))
        return; // the next tick tries again
    // None of these is essential: a jam may be why someone wants the door.
    m.log("before unlocking: " + to_string(failed.error));
    switch (phase.stage) {
    case Stage::drain:
        return advance(m, Stage::alerts);
    case Stage::alerts:
        return advance(m, Stage::snapshot);
    case Stage::snapshot:
    case Stage::allow:
        return advance(m, Stage::allow);
    }
}

void on_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer))
        return;
    // Old unit attentions drain here and are no evidence; what a reset did to the lock still holds.
    m.forget_lock_after(evidence_of(answer, m.context(), Maybe::ignored));
    if (m.context().cancelled && m.in<Unlocking>().stage != Stage::allow)
        return give_up(m);
    std::visit(Overload{
                   [&](const Readiness& readiness) {
                       discount_old_fault(m, readiness);
                       advance(m, Stage::alerts);
                   },
                   [&](const Alerts& alerts) {
                       m.context().alerts = alerts.flags;
                       advance(m, m.context().before ? Stage::allow : Stage::snapshot);
                   },
                   [&](const Elements& read) {
                       m.context().before = snapshot_of(read.elements);
                       m.note(ElementsObserved{});
                       advance(m, Stage::allow);
                   },
                   [&](const Removal& removal) {
                       m.take_removal(removal);
                       after_allow(m);
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

void resume(Machine& m) {
    if (m.in<Unlocking>().stage != Stage::allow) {
        if (m.context().cancelled)
            return give_up(m);
        return advance(m, Stage::drain);
    }
    // ALLOW may have reached the library, and the door may have been used since.
    m.set_lock(LockState::unknown);
    m.mark_stale("the door may have been unlocked unwatched");
    if (m.context().cancelled)
        return after_allow(m);
    enter_unlocked(m);
    if (!m.is_in<Unlocked>())
        return;
    m.in<Unlocked>().reread = Unlocked::Reread::resumed;
    m.in<Unlocked>().allow_again = m.parameters().lockable != false;
    m.poll();
}

void cancel(Machine& m) {
    m.context().cancelled = true;
    if (!m.memory().outstanding && m.in<Unlocking>().stage != Stage::allow)
        give_up(m);
}

/// Another library's ALLOW was enough, or the door was never locked.
void open_early(Machine& m, const OpenedElsewhere& seen) {
    const bool allowed = m.in<Unlocking>().stage == Stage::allow;
    if (open_with_others(m, seen))
        m.context().allowed = m.context().allowed || allowed;
}

} // namespace

void enter_unlocking(Machine& m) {
    advance(m, Stage::drain);
}

void on_unlocking(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_answer(m, answer); },
                   [&](const Tick&) {
                       if (!m.give_up_if_absent())
                           send_next(m);
                   },
                   [&](const Cancel&) { cancel(m); },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           cancel(m);
                   },
                   [&](const OpenedElsewhere& seen) { open_early(m, seen); },
                   [&](const DeviceLost&) {
                       m.lose_device();
                       if (m.context().cancelled && m.in<Unlocking>().stage != Stage::allow)
                           give_up(m);
                   },
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
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       m.forget_lock_after(evidence_of(attention.unit_attentions, m.context()));
                   },
                   [](const Selected&) {},
                   [](const Started&) {},
                   // no request is open, nothing was asked of the caller
                   [](const Complete&) {},
                   [](const Refuse&) {},
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   // released already; the door was not opened, no part is over
                   [](const Released&) {},
                   [](const ClosedForAll&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

} // namespace changer::jobs::door
