// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

// queued, draining, emptying_drives: nothing of the door has been touched yet.

namespace changer::jobs::door {
namespace {

/// Nothing of this library moves any more: unlocks, or waits until nothing else does either.
void drained(Machine& m) {
    const bool ask = !m.parameters().foreign.empty() && !m.context().foreign_idle;
    if (!m.context().cabinet && !ask)
        return enter_unlocking(m);
    m.go(Draining{.drained = true});
    if (ask)
        m.raise(RequestType::confirm_idle);
}

void send_next_move(Machine& m) {
    auto& phase = m.in<EmptyingDrives>();
    if (!m.idle())
        return;
    if (!phase.planned)
        m.send(ReadElements{});
    else if (phase.moves.empty())
        drained(m);
    else
        m.send(phase.moves.front());
}

void begin(Machine& m) {
    if (!m.parameters().empties_drives)
        return drained(m);
    m.go(EmptyingDrives{});
    send_next_move(m);
}

using ElementList = std::vector<scsi::ElementStatus>;

/// Finds where a drive's cartridge goes: its source if that is a free slot, else the first one.
const scsi::ElementStatus* home_of(const scsi::ElementStatus& drive,
                                   const ElementList& elements,
                                   const std::set<scsi::ElementAddress>& taken) {
    const auto free = [&](const scsi::ElementStatus& slot) {
        return slot.type == scsi::ElementType::storage && !slot.full && slot.accessible &&
               !slot.exception && !slot.disabled && taken.count(slot.address) == 0;
    };
    const scsi::ElementStatus* first = nullptr;
    for (const scsi::ElementStatus& slot : elements) {
        if (!free(slot))
            continue;
        if (drive.source == slot.address)
            return &slot;
        if (first == nullptr || slot.address < first->address)
            first = &slot;
    }
    return first;
}

void plan_moves(Machine& m, const ElementList& elements) {
    EmptyingDrives planned{.planned = true};
    std::set<scsi::ElementAddress> taken;
    for (const scsi::ElementStatus& drive : elements) {
        if (drive.type != scsi::ElementType::data_transfer || !drive.full || drive.disabled)
            continue;
        const scsi::ElementStatus* home = home_of(drive, elements, taken);
        if (home == nullptr)
            return m.end({Ending::failed,
                          Error{Code::destination_full,
                                fmt::format("the drive at element {} must be emptied before the "
                                            "door is opened, and no slot is free",
                                            scsi::number(drive.address))}});
        taken.insert(home->address);
        auto barcode = drive.volume_tag;
        if (barcode && barcode->empty())
            barcode.reset();
        planned.moves.push_back({drive.address, home->address, std::move(barcode)});
    }
    m.go(std::move(planned));
    send_next_move(m);
}

void after_move(Machine& m, const Moved& moved) {
    auto& phase = m.in<EmptyingDrives>();
    if (phase.moves.empty())
        return; // answered for a plan that is gone
    if (moved.verdict != MoveVerdict::done)
        return m.end({Ending::failed,
                      moved.error.value_or(Error{Code::move_unknown, "move ended unexplained"})
                          .in("empty the drives")});
    phase.moves.erase(phase.moves.begin());
    if (m.context().cancelled)
        return m.end(m.cancelled());
    send_next_move(m);
}

void after_failure(Machine& m, const DeviceFailed& failed) {
    auto& phase = m.in<EmptyingDrives>();
    if (m.context().cancelled)
        return m.end(m.cancelled());
    // A move whose answer is lost is never sent again: the elements are read and planned anew.
    phase.planned = false;
    phase.moves.clear();
    if (is_transport_failure(failed.error) || ++phase.attempts < most_reads)
        return; // the next tick reads again
    m.end({Ending::failed, Error(failed.error).in("empty the drives")});
}

void on_emptying_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer))
        return;
    std::visit(Overload{
                   [&](const Elements& read) {
                       if (m.context().cancelled)
                           return m.end(m.cancelled());
                       plan_moves(m, read.elements);
                   },
                   [&](const Moved& moved) { after_move(m, moved); },
                   [&](const DeviceFailed& failed) { after_failure(m, failed); },
                   // never asked for here
                   [](const Readiness&) {},
                   [](const Alerts&) {},
                   [](const Rescanned&) {},
                   [](const Removal&) {},
                   [](const Exchanged&) {},
                   [](const Positioned&) {},
               },
               answer.answer);
}

void read_and_plan_again(Machine& m) {
    if (m.context().cancelled)
        return m.end(m.cancelled());
    m.go(EmptyingDrives{});
    send_next_move(m);
}

void cancel(Machine& m) {
    m.context().cancelled = true;
    m.end(m.cancelled());
}

/// While others are waited for, the door may be opened all the same.
bool weigh(Machine& m, const Evidence& evidence) {
    m.forget_lock_after(evidence);
    if (evidence.strong())
        enter_open(m, evidence.text);
    return !evidence.strong();
}

void on_draining_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer) || !weigh(m, evidence_of(answer, m.context(), Maybe::ignored)))
        return;
    const auto* readiness = std::get_if<Readiness>(&answer.answer);
    if (readiness != nullptr && readiness->ready && m.parameters().reports_door)
        m.set_door(DoorState::closed, "the library reports no open door"); // after a restart
}

void on_draining_tick(Machine& m) {
    if (!m.give_up_if_absent() && m.in<Draining>().drained && m.poll_due())
        m.poll();
}

void on_draining_complete(Machine& m) {
    if (!m.context().request)
        return;
    m.answered_request();
    m.context().foreign_idle = true;
    m.log("the operator says that the partitions nobody here controls are at rest");
    drained(m);
}

void on_draining_refuse(Machine& m) {
    if (!m.context().request)
        return;
    m.answered_request();
    m.context().called_off =
        "the operator refused: a partition that nobody here controls is not at rest";
    cancel(m);
}

void on_released(Machine& m) {
    if (m.context().cabinet && m.in<Draining>().drained && !m.context().request)
        enter_unlocking(m);
}

} // namespace

bool call_off(Machine& m, const CalledOff& called_off) {
    if (std::exchange(m.context().cancelled, true))
        return false;
    m.context().called_off = called_off.why;
    m.log("called off: " + called_off.why);
    return true;
}

void amend(Machine& m, const Amended& amended) {
    Parameters& parameters = m.context().parameters;
    parameters.inventory = amended.inventory.value_or(parameters.inventory);
    parameters.max_open = amended.max_open.value_or(parameters.max_open);
    parameters.inventory_method = amended.inventory_method.value_or(parameters.inventory_method);
    parameters.unlock_timeout = amended.unlock_timeout.value_or(parameters.unlock_timeout);
    if (amended.max_open && m.is_in<Open>())
        m.in<Open>().max_open.budget = *amended.max_open;
    if (amended.unlock_timeout && m.is_in<Unlocked>())
        m.in<Unlocked>().timeout.budget = *amended.unlock_timeout;
}

void on_queued(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const Selected&) { m.go(Draining{}); },
                   [&](const Started&) { begin(m); },
                   [&](const Cancel&) { cancel(m); },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           cancel(m);
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   // nothing is asked, sent or awaited before the job's turn
                   [](const DeviceAnswer&) {},
                   [](const Attention&) {},
                   [](const Tick&) {},
                   [](const Complete&) {},
                   [](const Refuse&) {},
                   [](const DeviceLost&) {},
                   [](const DeviceBack&) {},
                   [](const Restarted&) {},
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   // the others of the cabinet do not wait for a job that has not begun
                   [](const Released&) {},
                   [](const OpenedElsewhere&) {},
                   [](const ClosedForAll&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

void on_draining(Machine& m, const Event& event) {
    std::visit(Overload{
                   [](const Selected&) {}, // already
                   [&](const Started&) {
                       if (!m.in<Draining>().drained)
                           begin(m);
                   },
                   [&](const DeviceAnswer& answer) { on_draining_answer(m, answer); },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       weigh(m, evidence_of(attention.unit_attentions, m.context()));
                   },
                   [&](const Tick&) { on_draining_tick(m); },
                   [&](const Complete&) { on_draining_complete(m); },
                   [&](const Refuse&) { on_draining_refuse(m); },
                   [&](const Cancel&) { cancel(m); },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           cancel(m);
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   [&](const DeviceLost&) { m.lose_device(); },
                   [&](const DeviceBack&) { m.regain_device(); },
                   [&](const Restarted& restarted) {
                       m.resume_timers();
                       if (!restarted.device_present)
                           m.lose_device();
                   },
                   [&](const Released&) { on_released(m); },
                   [&](const OpenedElsewhere& seen) { open_with_others(m, seen); },
                   // nothing was asked of the caller; the door was not opened, no part is over
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   [](const ClosedForAll&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

void on_emptying_drives(Machine& m, const Event& event) {
    const auto cancel_when_idle = [&] {
        m.context().cancelled = true;
        if (!m.memory().outstanding)
            m.end(m.cancelled());
    };
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_emptying_answer(m, answer); },
                   [&](const Tick&) {
                       if (!m.give_up_if_absent())
                           send_next_move(m);
                   },
                   [&](const Cancel&) { cancel_when_idle(); },
                   [&](const CalledOff& called_off) {
                       if (call_off(m, called_off))
                           cancel_when_idle();
                   },
                   [&](const OpenedElsewhere& seen) {
                       if (!m.memory().outstanding) // the caller says it again
                           open_with_others(m, seen);
                   },
                   [&](const DeviceLost&) { m.lose_device(); },
                   [&](const DeviceBack&) {
                       if (m.regain_device())
                           read_and_plan_again(m);
                   },
                   [&](const Restarted& restarted) {
                       m.resume_timers();
                       if (!restarted.device_present)
                           return m.lose_device();
                       read_and_plan_again(m);
                   },
                   [&](const Amended& amended) { amend(m, amended); },
                   [&](const Attention& attention) { m.log(attention.unit_attentions); },
                   [](const Selected&) {},
                   [](const Started&) {},
                   // no request is open, nothing was asked of the caller
                   [](const Complete&) {},
                   [](const Refuse&) {},
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   // the others wait for this library
                   [](const Released&) {},
                   [](const ClosedForAll&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

} // namespace changer::jobs::door
