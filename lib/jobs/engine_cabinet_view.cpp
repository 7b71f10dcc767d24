// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "support/overload.hpp"

#include <utility>

// What the coordinator of a cabinet sees of a library.

namespace changer::jobs {

namespace {

using cabinet::Part;
using cabinet::Stage;

Stage stage_of(const door::Phase& phase) {
    return std::visit(
        Overload{
            [](const door::Queued&) { return Stage::draining; },
            [](const door::Draining& p) { return p.drained ? Stage::drained : Stage::draining; },
            [](const door::EmptyingDrives&) { return Stage::draining; },
            [](const door::Unlocking&) { return Stage::unlocking; },
            [](const door::Unlocked&) { return Stage::unlocked; },
            [](const door::Open&) { return Stage::open; },
            [](const door::Settling&) { return Stage::reading; },
            [](const door::Locking&) { return Stage::reading; },
            [](const door::Scanning&) { return Stage::reading; },
            [](const door::Identifying&) { return Stage::reading; },
            [](const door::Reconciling&) { return Stage::reading; },
            [](const door::Finishing& p) { return p.closing ? Stage::closing : Stage::over; },
            [](const door::Done&) { return Stage::ended; },
        },
        phase);
}

Part part_of(const Job& job) {
    Part part;
    part.job = job.id;
    part.first = job.part_of.value_or(job.id);
    part.members = job.cabinet;
    part.request = job.request;
    part.submitted_by = job.submitted_by.value_or("");
    part.queued_at = job.queued_at;
    return part;
}

door::Outcome outcome_of(const Job& job) {
    const auto ending = job.state == JobState::passed      ? door::Ending::passed
                        : job.state == JobState::cancelled ? door::Ending::cancelled
                                                           : door::Ending::failed;
    return {ending, job.error};
}

std::string why_cancelled(const door::Context& context) {
    if (!context.cancelled)
        return {};
    return context.called_off.empty() ? "cancelled by request" : context.called_off;
}

} // namespace

std::vector<cabinet::Wish> LibraryEngine::wishes(const Job& job) const {
    std::vector<cabinet::Wish> all;
    const auto add = [&](const JobRequest& request) {
        cabinet::Wish wish{request.inventory, std::nullopt};
        if (request.max_open_seconds)
            wish.max_open = std::chrono::seconds{*request.max_open_seconds};
        all.push_back(wish);
    };
    if (!job.part_of && !job.cancel_requested)
        add(job.request);
    for (const auto& id : members(job.id))
        add(jobs_.at(id).request);
    return all;
}

std::optional<Part> LibraryEngine::active_part() const {
    if (!active_ || !machine_ || !machine_->context.cabinet)
        return std::nullopt;
    const auto& job = jobs_.at(*active_);
    const auto& context = machine_->context;
    Part part = part_of(job);
    part.stage = stage_of(machine_->phase);
    part.round = context.cabinet->round;
    part.evidence = context.evidence;
    if (const auto* open = std::get_if<door::Open>(&machine_->phase)) {
        part.quiet = open->quiet;
        part.overruled = open->overruled;
    }
    part.withdrawn = !job.part_of && job.cancel_requested;
    part.cancelled = why_cancelled(context);
    part.absent = context.absence.has_value();
    part.asking = context.request.has_value();
    part.unasked = context.cabinet->unasked.has_value();
    part.wishes = wishes(job);
    part.terms = terms_;
    part.awaits = awaited_;
    if (const auto* finishing = std::get_if<door::Finishing>(&machine_->phase)) {
        part.outcome = finishing->outcome;
        part.result = job.result;
    }
    return part;
}

cabinet::View LibraryEngine::cabinet_view() const {
    cabinet::View view;
    view.library = id_;
    view.cabinet = cabinet_;
    view.away = online_ ? "" : offline_detail_.empty() ? "not online" : offline_detail_;
    view.max_open = std::chrono::seconds{settings_.door.max_open_seconds.value};
    view.unlock_timeout = std::chrono::seconds{settings_.door.unlock_timeout_seconds.value};
    view.part = active_part();
    for (const auto& [id, job] : jobs_) {
        if (!job.part_of)
            continue;
        if (job.state == JobState::queued && !view.part)
            view.part = part_of(job);
        if (!job.finished() || (view.last && view.last->job == job.id))
            continue;
        view.last = part_of(job); // in the order of their numbers
        view.last->stage = Stage::ended;
        view.last->outcome = outcome_of(job);
        view.last->result = job.result;
    }
    if (active_ && view.part && view.part->job != *active_)
        view.busy_with = *active_;
    return view;
}

} // namespace changer::jobs
