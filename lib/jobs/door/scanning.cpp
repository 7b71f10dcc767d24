// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

namespace changer::jobs::door {
namespace {

void send_next(Machine& m) {
    if (!m.idle())
        return;
    const bool rescan = m.in<Scanning>().purpose == Purpose::inventory && m.parameters().rescans &&
                        !m.context().rescanned &&
                        m.context().resolved != library::InventoryMethod::none;
    if (rescan)
        m.send(Rescan{});
    else
        m.send(ReadElements{});
}

void fail(Machine& m, const Error& error) {
    enter_locking(m, Purpose::finish, {Ending::failed, Error(error).in("read the elements")});
}

void after_inventory(Machine& m, const Elements& read) {
    using library::InventoryMethod;
    m.context().unsettled = count_unsettled(read.elements);
    m.note(ElementsScanned{});
    const auto resolved = m.context().resolved.value_or(InventoryMethod::none);
    const bool labels_needed =
        resolved == InventoryMethod::full ||
        (resolved == InventoryMethod::fast && !m.parameters().barcode_reader);
    if (labels_needed)
        return enter_identifying(m, resolved == InventoryMethod::full);
    enter_reconciling(m, {});
}

/// The unlock timeout is over: only the slots tell whether the door was opened.
void after_comparison(Machine& m, const Elements& read) {
    const auto& before = m.context().before;
    if (before && *before == snapshot_of(read.elements)) {
        m.note(ElementsObserved{});
        return enter_locking(
            m,
            Purpose::finish,
            {Ending::failed,
             Error{Code::door_not_opened, "the door was unlocked and not opened in time"}});
    }
    m.context().evidence = before ? "the slots hold other cartridges than before"
                                  : "nobody knows what the slots held before";
    m.mark_stale("the door was opened: " + m.context().evidence);
    opened_and_closed(m, std::string(m.context().evidence), Witness::library);
}

void after_elements(Machine& m, const Elements& read, const Evidence& evidence) {
    switch (m.in<Scanning>().purpose) {
    case Purpose::inventory:
        if ((evidence.weak() || evidence.reset) &&
            settle_again(m, evidence.weak() ? evidence.text : "the library was reset"))
            return;
        return after_inventory(m, read);
    case Purpose::compare:
        return after_comparison(m, read);
    case Purpose::cancel:
    case Purpose::finish: // never read for
        m.note(ElementsScanned{});
        return enter_reconciling(m, m.cancelled());
    }
}

void after_rescan(Machine& m) {
    m.context().rescanned = true;
    if (m.in<Scanning>().purpose == Purpose::inventory)
        return resettle(m, "it looks at its cells");
    enter_locking(m, Purpose::finish, m.cancelled()); // the elements stay stale
}

void after_failed_rescan(Machine& m, const Error& error) {
    if (m.in<Scanning>().purpose != Purpose::inventory)
        return enter_locking(m, Purpose::finish, m.cancelled());
    if (is_passing(error) && settle_again(m, to_string(error)))
        return;
    m.log("rescan: " + to_string(error));
    m.context().rescanned = true;
    send_next(m);
}

/// A read that did not complete gives no diff.
void after_failed_read(Machine& m, const Error& error) {
    auto& phase = m.in<Scanning>();
    const bool passing = is_passing(error);
    if (passing && phase.purpose == Purpose::inventory) {
        if (!settle_again(m, to_string(error)))
            fail(m, error);
        return;
    }
    if (++phase.attempts < (passing ? most_attempts : most_reads))
        return; // the next tick reads again
    if (phase.purpose == Purpose::cancel)
        return enter_locking(m, Purpose::finish, m.cancelled());
    if (!passing)
        return fail(m, error);
    m.mark_stale("the slots could not be compared");
    opened_and_closed(m, "the slots could not be compared", Witness::library);
}

void after_failure(Machine& m, const Error& error) {
    m.lock_unanswered();
    if (is_transport_failure(error))
        return; // the next tick tries again, the absence is limited
    if (m.answered<Rescan>())
        return after_failed_rescan(m, error);
    if (m.answered<ReadElements>())
        after_failed_read(m, error);
}

void on_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer))
        return;
    const Evidence evidence = evidence_of(answer, m.context(), Maybe::ignored);
    if (evidence.strong())
        return enter_open(m, evidence.text);
    m.forget_lock_after(evidence);
    if (m.answered<ReadElements>() && m.parameters().reports_door &&
        !std::holds_alternative<DeviceFailed>(answer.answer))
        m.set_door(DoorState::closed, "the library reports no open door"); // after a restart
    std::visit(Overload{
                   [&](const Elements& read) { after_elements(m, read, evidence); },
                   [&](const Rescanned&) { after_rescan(m); },
                   [&](const DeviceFailed& failed) { after_failure(m, failed.error); },
                   // asked for by a phase before
                   [&](const Removal& removal) {
                       m.take_removal(removal);
                       send_next(m);
                   },
                   [&](const Alerts& alerts) {
                       m.context().alerts = alerts.flags;
                       send_next(m);
                   },
                   [&](const Readiness&) { send_next(m); },
                   [&](const Moved&) { send_next(m); },
                   [](const Exchanged&) {},
                   [](const Positioned&) {},
               },
               answer.answer);
}

void on_attention(Machine& m, const Attention& attention) {
    m.log(attention.unit_attentions);
    const Evidence evidence = evidence_of(attention.unit_attentions, m.context());
    m.forget_lock_after(evidence);
    if (evidence.strong())
        return enter_open(m, evidence.text);
    if ((evidence.weak() || evidence.reset) && m.in<Scanning>().purpose == Purpose::inventory)
        settle_again(m, evidence.weak() ? evidence.text : "the library was reset");
}

void resume(Machine& m) {
    const Purpose purpose = m.in<Scanning>().purpose;
    m.mark_stale("nobody watched the library");
    if (purpose != Purpose::inventory)
        return enter_locking(m, purpose); // PREVENT again, then read again
    m.context().rescanned = false;
    resettle(m, "the door was not watched");
}

} // namespace

void enter_scanning(Machine& m, Purpose purpose) {
    m.go(Scanning{.purpose = purpose});
    send_next(m);
}

void on_scanning(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_answer(m, answer); },
                   [&](const Tick&) {
                       if (!m.give_up_if_absent())
                           send_next(m);
                   },
                   [&](const Attention& attention) { on_attention(m, attention); },
                   [&](const Cancel&) {
                       m.context().cancelled = true;
                       m.in<Scanning>().purpose = Purpose::cancel;
                   },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           m.in<Scanning>().purpose = Purpose::cancel;
                   },
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
