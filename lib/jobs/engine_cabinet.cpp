// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/json.hpp"
#include "jobs/engine.hpp"
#include "support/overload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

// A library's part in the door of a cabinet: what the coordinator orders, and how it ends.

namespace changer::jobs {

namespace {

void put_members(nlohmann::json& result, const nlohmann::json& members) {
    if (!result.is_object())
        result = {{"inventory", nullptr}, {"diff", nullptr}};
    result["members"] = members;
}

/// What of a request holds for a companion. It waits for no time and no client: its first job does.
JobRequest companion_request(JobRequest request) {
    request.not_before.reset();
    request.priority = 0;
    request.while_connected = false;
    return request;
}

/// True while a first job has done nothing that another's companion would not have to do as well.
bool can_give_way(const door::State& machine) {
    const bool early = std::holds_alternative<door::Queued>(machine.phase) ||
                       std::holds_alternative<door::Draining>(machine.phase) ||
                       std::holds_alternative<door::EmptyingDrives>(machine.phase);
    const auto& waiting_for = machine.context.memory.outstanding;
    return early && !(waiting_for && std::holds_alternative<MoveMedium>(*waiting_for));
}

} // namespace

Effects LibraryEngine::join_cabinet(std::optional<cabinet::Membership> membership) {
    if (cabinet_ == membership)
        return {};
    cabinet_ = std::move(membership);
    hint("library");
    return flush();
}

Effects LibraryEngine::take_order(const cabinet::Order& order, const Now& now) {
    if (const auto* join = std::get_if<cabinet::Join>(&order.what)) {
        become_companion(order.first, *join, now);
        schedule(now);
        return flush();
    }
    if (const auto* off = std::get_if<cabinet::CallOff>(&order.what))
        call_off(order.first, *off, now);
    if (!has_part_in(order.first) || !machine_)
        return flush();
    std::visit(Overload{
                   [](const cabinet::Join&) {},
                   [](const cabinet::CallOff&) {},
                   [&](const cabinet::Agree& agree) {
                       terms_ = agree.terms;
                       amend_part(now);
                   },
                   [&](const cabinet::Release&) { feed_door(door::Released{}, now); },
                   [&](const cabinet::Opened& opened) {
                       feed_door(door::OpenedElsewhere{opened.round, opened.why}, now);
                   },
                   [&](const cabinet::Closed& closed) {
                       feed_door(door::ClosedForAll{closed.round, closed.overruled}, now);
                   },
                   [&](const cabinet::Ask&) { feed_door(door::MayAsk{}, now); },
                   [&](const cabinet::Over& over) {
                       feed_door(door::AllOver{over.round, over.for_others}, now);
                   },
                   [&](const cabinet::Await& await) { say_awaited(await.what, now); },
                   [&](const cabinet::Done& done) { end_part(done, now); },
               },
               order.what);
    schedule(now);
    return flush();
}

void LibraryEngine::say_awaited(const std::string& what, const Now& now) {
    const auto before = std::exchange(awaited_, what);
    if (before == what)
        return;
    log(jobs_.at(*active_),
        now,
        what.empty() ? "the other libraries have come as far" : "waits for " + what);
}

bool LibraryEngine::has_part_in(const std::string& first) const {
    return active_ && (active_ == first || jobs_.at(*active_).part_of == first);
}

/// Gives the machine of the active job its place in the cabinet, if there is one.
void LibraryEngine::take_part(Job& job, bool leads) {
    if (leads && cabinet_)
        job.cabinet = cabinet_->members;
    if (job.cabinet.size() < 2)
        return;
    door::CabinetPart part;
    part.leads = leads;
    for (const auto& library : job.cabinet)
        if (library != id_)
            part.others.push_back(library);
    machine_->context.cabinet = std::move(part);
}

void LibraryEngine::become_companion(const std::string& first,
                                     const cabinet::Join& join,
                                     const Now& now) {
    for (const auto& [id, job] : jobs_)
        if (job.part_of == first)
            return;
    if (active_ && machine_ && machine_->context.cabinet && !jobs_.at(*active_).part_of)
        return give_way(first, join, now);
    auto& job = new_job(companion_request(join.request), join.submitted_by, now);
    job.part_of = first;
    job.cabinet = join.members;
    log(job, now, fmt::format("part of {}: the libraries share a door", first));
    if (!settings_.enabled.value)
        finish(job,
               JobState::failed,
               Error{Code::resource_disabled, "it is disabled: enable it to use the door"},
               now);
}

/// Two first jobs of one cabinet have begun at the same time, and the other one was chosen: what
/// this one has done so far is the companion's. While it moves a cartridge it cannot: it is told
/// again.
void LibraryEngine::give_way(const std::string& first, const cabinet::Join& join, const Now& now) {
    auto& own = touch(*active_);
    auto& context = machine_->context;
    const bool by_nobody = own.submitted_by == "daemon";
    if (!by_nobody && !can_give_way(*machine_))
        return;
    if (own.operator_request)
        requests_.end(*own.operator_request, RequestState::withdrawn, now.wall);
    own.operator_request.reset();
    context.request.reset();
    context.parameters.foreign.clear();
    context.cabinet->leads = false;
    if (by_nobody) { // the door stands open: it goes on as it is
        own.part_of = first;
        own.machine = door::to_json(*machine_);
        log(own, now, fmt::format("goes on as a part of {}: the libraries share a door", first));
        return;
    }
    auto& companion = new_job(companion_request(own.request), join.submitted_by, now);
    companion.part_of = first;
    companion.cabinet = join.members;
    companion.state = JobState::running;
    companion.started_at = now.wall;
    companion.phase = own.phase;
    companion.machine = door::to_json(*machine_);
    log(companion, now, fmt::format("part of {}: the libraries share a door", first));
    active_ = companion.id;
    if (in_flight_)
        in_flight_->job = companion.id;
    terms_.reset();
    own.machine = nullptr;
    own.phase.reset();
    own.cabinet.clear();
    own.state = JobState::queued;
    if (own.cancel_requested)
        finish(own, JobState::cancelled, cancelled_error(own), now);
    else if (join.round > 0)
        log(own, now, fmt::format("queued again: {} has the door, which is open already", first));
}

const Job* LibraryEngine::queued_companion() const {
    for (const auto& [id, job] : jobs_)
        if (job.part_of && job.state == JobState::queued)
            return &job;
    return nullptr;
}

void LibraryEngine::start_companion(Job& job, const Now& now) {
    active_ = job.id;
    job.state = JobState::running;
    job.started_at = now.wall;
    machine_ = door::State{};
    machine_->context.parameters = door_parameters(job.request);
    machine_->context.door = door_.state;
    machine_->context.lock = door_.lock;
    take_part(job, false);
    if (!online_)
        machine_->context.absence = door::Absence{
            door::Timer::start(machine_->context.parameters.absence_budget, now), true};
    if (unsolicited_) {
        find_open(*std::exchange(unsolicited_, std::nullopt), now);
    } else {
        feed_door(door::Started{}, now);
    }
}

void LibraryEngine::call_off(const std::string& first,
                             const cabinet::CallOff& order,
                             const Now& now) {
    if (has_part_in(first) && machine_)
        return feed_door(door::CalledOff{order.why}, now);
    for (auto& [id, job] : jobs_)
        if (job.part_of == first && job.state == JobState::queued)
            finish(job, JobState::cancelled, Error{Code::cancelled, order.why}, now);
}

void LibraryEngine::end_part(const cabinet::Done& done, const Now& now) {
    const auto* finishing = std::get_if<door::Finishing>(&machine_->phase);
    used_by_others_ = finishing != nullptr && finishing->for_others;
    done_ = done;
    feed_door(door::CabinetDone{}, now);
    done_.reset();
}

void LibraryEngine::finish_part(const door::Outcome& outcome, const Now& now) {
    const auto done = *std::exchange(done_, std::nullopt);
    auto& job = jobs_.at(*active_);
    for (const auto& id : members(job.id)) {
        auto& merged = touch(id);
        if (done.orphaned) {
            merged.merged_into.reset();
            merged.state = JobState::queued;
            log(merged, now, "queued again: the job it was merged into is over");
            continue;
        }
        merged.result = job.result;
        put_members(merged.result, done.members);
        finish(merged, job_state(done.total.ending), done.total.error, now);
    }
    if (job.part_of)
        return finish_with_requests(job, job_state(outcome.ending), outcome.error, now);
    put_members(job.result, done.members);
    if (job.cancel_requested && used_by_others_) {
        auto others = cancelled_error(job);
        others.what += "; others who had asked used the door";
        return finish_with_requests(job, JobState::cancelled, others, now);
    }
    if (job.cancel_requested && done.total.ending == door::Ending::passed)
        log(job, now, "cancelled too late: the inventory is complete");
    auto error = done.total.error;
    if (job.cancel_requested && done.total.ending == door::Ending::cancelled)
        error = cancelled_error(job); // it may be that its client has gone
    finish_with_requests(job, job_state(done.total.ending), error, now);
}

} // namespace changer::jobs
