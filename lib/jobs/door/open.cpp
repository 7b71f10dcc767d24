// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/phases.hpp"

namespace changer::jobs::door {
namespace {

void ask_to_close_if_due(Machine& m) {
    auto& phase = m.in<Open>();
    if (phase.asked || !phase.max_open.expired(m.now()))
        return;
    phase.asked = true;
    m.raise(RequestType::close_door);
}

/// The door is closed once nothing has spoken of it for a while: there may be a second magazine,
/// or another frame. In a cabinet it has to be so for all.
void close_if_quiet(Machine& m) {
    const auto& quiet_since = m.memory().quiet_since;
    if (!m.idle() || !quiet_since || m.now().steady - *quiet_since < m.parameters().quiet)
        return;
    if (m.context().cabinet)
        m.in<Open>().quiet = true;
    else
        enter_settling(m, "no sign of an open door");
}

/// The others may have gone on since this library was quiet: for them it is another opening.
void disturb(Machine& m) {
    auto& phase = m.in<Open>();
    if (m.context().cabinet && (phase.quiet || phase.overruled))
        ++m.context().cabinet->round;
    phase.quiet = phase.overruled = false;
}

void weigh(Machine& m, const Evidence& evidence) {
    m.forget_lock_after(evidence);
    auto& quiet_since = m.memory().quiet_since;
    if (evidence.strong() || (evidence.weak() && quiet_since))
        disturb(m);
    if (evidence.strong()) {
        quiet_since.reset();
        m.context().evidence = evidence.text;
        m.set_door(DoorState::open, evidence.text);
    } else if (evidence.weak() && quiet_since) {
        quiet_since = m.now().steady; // opened and closed again between two polls
    }
}

void after_readiness(Machine& m, const Readiness& readiness, const Evidence& evidence) {
    auto& context = m.context();
    if (context.discounted && context.discounted != readiness.not_ready)
        context.discounted.reset();
    if (!evidence.strong() && !context.memory.quiet_since)
        context.memory.quiet_since = m.now().steady;
    close_if_quiet(m);
}

void on_answer(Machine& m, const DeviceAnswer& answer) {
    if (!m.accept(answer))
        return;
    const Evidence evidence = evidence_of(answer, m.context(), Maybe::counts);
    weigh(m, evidence);
    std::visit(Overload{
                   [&](const Readiness& readiness) { after_readiness(m, readiness, evidence); },
                   // A library that does not answer has not said that its door is closed.
                   [&](const DeviceFailed&) {
                       m.lock_unanswered();
                       m.memory().quiet_since.reset();
                       if (m.in<Open>().quiet)
                           disturb(m);
                   },
                   // asked for before the door was seen open
                   [&](const Alerts& alerts) { m.context().alerts = alerts.flags; },
                   [&](const Removal& removal) { m.take_removal(removal); },
                   [](const Elements&) {},
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
    // What the library goes on saying is overruled until it says something else.
    m.context().discounted = m.memory().not_ready;
    if (m.context().cabinet)
        m.in<Open>().quiet = m.in<Open>().overruled = true;
    else
        enter_settling(m, "the operator says it is closed");
}

void on_opened_elsewhere(Machine& m, const OpenedElsewhere& seen) {
    auto& cabinet = m.context().cabinet;
    if (!cabinet || seen.round <= cabinet->round)
        return;
    cabinet->round = seen.round;
    m.in<Open>().quiet = m.in<Open>().overruled = false;
    m.memory().quiet_since.reset();
    m.set_door(DoorState::open, seen.why);
}

void on_closed_for_all(Machine& m, const ClosedForAll& closed) {
    const auto& cabinet = m.context().cabinet;
    const Open phase = m.in<Open>();
    if (!cabinet || closed.round != cabinet->round || !(phase.quiet || closed.overruled))
        return;
    if (!phase.quiet)
        m.context().discounted = m.memory().not_ready;
    enter_settling(m,
                   closed.overruled ? "the operator says it is closed" : "no sign of an open door");
}

void resume(Machine& m) {
    m.mark_stale("nobody watched the open door");
    if (m.context().cabinet) // whatever happened meanwhile is another opening
        ++m.context().cabinet->round;
    m.in<Open>().quiet = false;
    m.poll();
}

void open(Machine& m, const std::string& why) {
    auto& context = m.context();
    const auto request = context.request;
    m.end_request(request == RequestType::open_door || request == RequestType::confirm_opened);
    context.evidence = why;
    context.resolved.reset();
    context.rescanned = false;
    context.restarts = 0;
    context.unsettled = 0;
    m.memory().quiet_since.reset();
    m.memory().polled_at.reset();
    m.set_door(DoorState::open, why);
    m.mark_stale("the door was opened: " + why);
    m.log("the door was opened: " + why);
    m.go(Open{.since = m.now().wall, .max_open = Timer::start(m.parameters().max_open, m.now())});
    ask_to_close_if_due(m);
}

} // namespace

void enter_open(Machine& m, const std::string& why) {
    if (m.context().cabinet)
        ++m.context().cabinet->round;
    open(m, why);
}

bool open_with_others(Machine& m, const OpenedElsewhere& seen) {
    auto& cabinet = m.context().cabinet;
    if (!cabinet || seen.round <= cabinet->round)
        return false;
    cabinet->round = seen.round;
    open(m, seen.why);
    return true;
}

void opened_and_closed(Machine& m, const std::string& why, Witness witness) {
    if (!m.context().cabinet)
        return enter_settling(m, why);
    enter_open(m, why);
    m.in<Open>().quiet = true;
    if (witness == Witness::library)
        return;
    m.in<Open>().overruled = true;
    m.context().discounted = m.memory().not_ready;
}

void on_open(Machine& m, const Event& event) {
    std::visit(Overload{
                   [&](const DeviceAnswer& answer) { on_answer(m, answer); },
                   [&](const Tick&) {
                       if (m.give_up_if_absent())
                           return;
                       ask_to_close_if_due(m);
                       if (m.poll_due())
                           m.poll();
                   },
                   [&](const Attention& attention) {
                       m.log(attention.unit_attentions);
                       weigh(m, evidence_of(attention.unit_attentions, m.context()));
                   },
                   [&](const Complete&) { on_complete(m); },
                   [&](const Refuse&) {
                       if (!m.context().request)
                           return;
                       m.answered_request();
                       m.log("the operator leaves the door open for now");
                   },
                   [&](const Cancel&) {
                       m.context().cancelled = true;
                       m.log("cancelled: ends when the door is closed and the slots are read");
                   },
                   [&](const CalledOff& called_off) { call_off(m, called_off); },
                   [&](const OpenedElsewhere& seen) { on_opened_elsewhere(m, seen); },
                   [&](const ClosedForAll& closed) { on_closed_for_all(m, closed); },
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
                   [&](const Amended& amended) {
                       amend(m, amended);
                       ask_to_close_if_due(m);
                   },
                   [](const Selected&) {},
                   [](const Started&) {},
                   // nothing was asked of the caller
                   [](const Identified&) {},
                   [](const Reconciled&) {},
                   // released already; nothing is to be asked; this part is not over
                   [](const Released&) {},
                   [](const MayAsk&) {},
                   [](const AllOver&) {},
                   [](const CabinetDone&) {},
               },
               event);
}

} // namespace changer::jobs::door
