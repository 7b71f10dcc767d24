// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

#include <fmt/format.h>

namespace changer::jobs::door {
namespace {

void send_next(Machine& m) {
    auto& phase = m.in<Settling>();
    if (!m.idle())
        return;
    if (std::exchange(phase.prevent_due, false) && m.wants_prevent())
        return m.send(PreventRemoval{});
    if (m.poll_due())
        m.poll();
}

void settle(Machine& m) {
    m.memory().polled_at.reset();
    m.memory().read_at.reset();
    m.memory().least_unsettled.reset();
    m.memory().least_since.reset();
    m.go(Settling{.budget = Timer::start(m.parameters().settle_budget, m.now())});
    send_next(m);
}

void settled(Machine& m, std::uint32_t unsettled) {
    m.context().unsettled = unsettled;
    if (unsettled > 0)
        m.log(fmt::format("the library never finished looking at {} elements", unsettled));
    m.end_request(true);
    enter_locking(m, m.context().cancelled ? Purpose::cancel : Purpose::inventory);
}

/// Takes in what any answer or unit attention says; false if the phase is left.
bool weigh(Machine& m, const Evidence& evidence) {
    if (evidence.strong()) {
        enter_open(m, evidence.text);
        return false;
    }
    m.forget_lock_after(evidence);
    if (evidence.reset)
        m.in<Settling>().prevent_due = true;
    if (evidence.weak())
        m.memory().read_at.reset();
    return true;
}

void after_readiness(Machine& m, const Readiness& readiness) {
    auto& context = m.context();
    if (context.discounted && context.discounted != readiness.not_ready)
        context.discounted.reset();
    m.set_door(DoorState::closed, "the library reports no open door"); // after a restart
    const auto& read_at = context.memory.read_at;
    if (m.in<Settling>().prevent_due)
        return send_next(m);
    if (readiness.ready && m.idle() && (!read_at || m.now().steady - *read_at >= read_interval))
        m.send(ReadElements{});
}

/// Over when everything has been looked at, or no more gets looked at.
void after_elements(Machine& m, const Elements& read) {
    auto& memory = m.memory();
    const auto now = m.now().steady;
    const std::uint32_t unsettled = count_unsettled(read.elements);
    memory.read_at = now;
    if (!memory.least_unsettled || unsettled < *memory.least_unsettled) {
        memory.least_unsettled = unsettled;
        memory.least_since = now;
    }
    if (unsettled == 0 || now - *memory.least_since >= no_progress)
        return settled(m, unsettled);
    send_next(m);
}

void after_failure(Machine& m, const DeviceFailed& failed) {
    m.lock_unanswered();
    // What does not pass by waiting is judged where the elements are read in earnest.
    if (m.answered<ReadElements>() && !is_passing(failed.error))
        settled(m, 0);
}

void on_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer) || !weigh(m, evidence_of(answer, m.context(), Maybe::ignored)))
        return;
    std::visit(Overload{
                   [&](const Readiness& readiness) { after_readiness(m, readiness); },
                   [&](const Elements& read) { after_elements(m, read); },
                   [&](const Removal& removal) {
                       m.take_removal(removal);
                       send_next(m);
                   },
                   [&](const DeviceFailed& failed) { after_failure(m, failed); },
                   // asked for before the door was closed
                   [&](const Alerts& alerts) { m.context().alerts = alerts.flags; },
                   [](const Rescanned&) {},
                   [](const Moved&) {},
                   [](const Exchanged&) {},
                   [](const Positioned&) {},
               },
               answer.answer);
}

/// The budget is used up: a human is told, and nothing is left silently unlocked.
void ask_if_due(Machine& m) {
    auto& phase = m.in<Settling>();
    if (phase.asked || !phase.budget.expired(m.now()))
        return;
    phase.asked = true;
    phase.prevent_due = phase.prevent_due || !m.context().lock_held();
    m.raise(RequestType::service);
}

void on_complete(Machine& m) {
    if (!m.context().request)
        return;
    m.answered_request();
    m.in<Settling>().asked = false;
    m.in<Settling>().budget = Timer::start(m.parameters().settle_budget, m.now());
}

void on_refuse(Machine& m) {
    if (!m.context().request)
        return;
    m.answered_request();
    Outcome given_up{Ending::failed,
                     Error{Code::request_refused,
                           "the library did not become ready after its door was closed, and the "
                           "operator gave the job up"}};
    enter_locking(m, Purpose::finish, m.context().cancelled ? m.cancelled() : std::move(given_up));
}

void resume(Machine& m) {
    m.mark_stale("nobody watched the library settle");
    m.in<Settling>().prevent_due = true;
    m.poll(); // first see whether the door is open
}

} // namespace

void enter_settling(Machine& m, const std::string& why) {
    auto& context = m.context();
    if (!context.resolved) {
        using library::InventoryMethod;
        switch (context.parameters.inventory) {
        case InventoryAction::none:
            context.resolved = InventoryMethod::none;
            break;
        case InventoryAction::fast:
            context.resolved = InventoryMethod::fast;
            break;
        case InventoryAction::full:
            context.resolved = InventoryMethod::full;
            break;
        case InventoryAction::by_default:
            context.resolved = context.parameters.inventory_method;
            break;
        }
    }
    m.end_request(true);
    m.set_door(DoorState::closed, why);
    m.log(fmt::format(
        "the door is closed: {}; inventory: {}", why, library::name(*context.resolved)));
    settle(m);
}

bool settle_again(Machine& m, const std::string& why) {
    if (++m.context().restarts > most_restarts) {
        m.log("the inventory was begun again too often; this read stands: " + why);
        return false;
    }
    resettle(m, why);
    return true;
}

void resettle(Machine& m, const std::string& why) {
    m.log("the library settles again: " + why);
    settle(m);
}

void on_settling(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_answer(m, answer); },
                   [&](const Tick&) {
                       if (m.give_up_if_absent())
                           return;
                       ask_if_due(m);
                       send_next(m);
                   },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       weigh(m, evidence_of(attention.unit_attentions, m.context()));
                   },
                   [&](const Complete&) { on_complete(m); },
                   [&](const Refuse&) { on_refuse(m); },
                   [&](const Cancel&) {
                       m.context().cancelled = true;
                       m.log("cancelled: ends when the library is ready and its slots are read");
                   },
                   [&](const CalledOff& called_off) { call_off(m, called_off); },
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
                   // what was asked of the caller before has lost its meaning
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
