// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"

#include "jobs/move_plan.hpp"
#include "jobs/queue.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// Submissions, the queue, and what every other part of the engine uses.

namespace changer::jobs {

namespace {

constexpr std::size_t most_log_lines = 200;
constexpr std::size_t first_log_lines = 50; ///< kept when a long log is cut

} // namespace

LibraryEngine::LibraryEngine(std::string id, std::string device, library::Settings configured)
    : id_(std::move(id))
    , device_(std::move(device))
    , configured_(std::move(configured))
    , settings_(configured_)
    , model_(id_)
    , requests_(id_) {}

std::string LibraryEngine::library_name() const {
    return settings_.name.value.empty() ? id_ : settings_.name.value;
}

const Job* LibraryEngine::job(std::string_view id) const {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : &found->second;
}

const OperatorRequest* LibraryEngine::request(std::string_view id) const {
    return requests_.find(id);
}

Reach LibraryEngine::reach(const Now& now) const {
    if (online_)
        return Reach::online;
    if (!tried_)
        return Reach::starting;
    const std::chrono::seconds grace{settings_.path_grace_seconds.value};
    if (was_online_ && offline_since_ && now.steady - *offline_since_ < grace)
        return Reach::grace;
    return Reach::offline;
}

void LibraryEngine::dispatch(const std::string& job, DeviceCommand command) {
    in_flight_ = InFlight{job, next_step_++, command};
    dirty_.commands.push_back({job, in_flight_->step, std::move(command)});
}

void LibraryEngine::hint(std::string type, std::optional<std::string> job) {
    dirty_.notices.push_back({std::move(type), std::move(job)});
}

void LibraryEngine::apply(const library::Outcome& outcome) {
    dirty_.library = true; // its epoch: every claim counts
    dirty_.elements.insert(outcome.elements.begin(), outcome.elements.end());
    dirty_.media.insert(outcome.media.begin(), outcome.media.end());
}

Job& LibraryEngine::touch(const std::string& id) {
    dirty_.jobs.insert(id);
    return jobs_.at(id);
}

Job& LibraryEngine::new_job(const JobRequest& request,
                            const std::string& submitted_by,
                            const Now& now) {
    Job job;
    job.number = next_job_++;
    job.id = fmt::format("{}-{}", id_, job.number);
    job.library = id_;
    job.request = request;
    job.submitted_by = submitted_by;
    job.queued_at = now.wall;
    const auto id = job.id;
    jobs_.insert_or_assign(id, std::move(job));
    dirty_.library = true;
    return touch(id);
}

void LibraryEngine::log(Job& job, const Now& now, std::string text) {
    if (job.log.size() >= most_log_lines)
        job.log.erase(job.log.begin() + first_log_lines);
    job.log.push_back({now.wall, std::move(text)});
    dirty_.jobs.insert(job.id);
}

void LibraryEngine::finish(Job& job, JobState state, std::optional<Error> error, const Now& now) {
    job.state = state;
    job.phase = "done";
    job.error = std::move(error);
    job.finished_at = now.wall;
    job.machine = nullptr;
    if (!job.bays.is_null())
        empty_bays(job, now);
    job.bays = nullptr;
    job.planned_move.reset();
    job.planned_exchange.reset();
    job.merged_into.reset();
    touch(job.id);
    ask_after(job, now);
    if (active_ != job.id)
        return;
    active_.reset();
    machine_.reset();
    scanned_.clear();
    retry_at_.reset();
    give_up_at_.reset();
    move_error_.reset();
    rescanned_ = false;
    terms_.reset();
    awaited_.clear();
}

Result<std::string> LibraryEngine::submit(const JobRequest& request,
                                          const Principal& principal,
                                          const Now& now,
                                          Effects& effects,
                                          std::vector<CabinetMember> members) {
    if (request.operation == Operation::stop)
        return stop(request, principal, now, effects);
    if (is_control(request.operation))
        return control(request, principal, now, effects);
    const SubmissionContext context{model_,
                                    settings_,
                                    reach(now),
                                    offline_detail_,
                                    std::move(members),
                                    door_in_use(),
                                    &out_of_use_,
                                    has_drives()};
    if (auto checked = check_submission(request, principal, context); !checked)
        return std::move(checked).error();
    if (const auto* same = equal_queued(request, principal.name))
        return same->id;
    const auto id = new_job(request, principal.name, now).id;
    effects = flush();
    return id;
}

Result<Cancellation> LibraryEngine::cancel(const std::string& id,
                                           const Principal& principal,
                                           const Now& now,
                                           Effects& effects) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end())
        return Error{Code::not_found, fmt::format("there is no job {}", id)};
    auto& job = found->second;
    if (!principal.control && job.submitted_by != principal.name)
        return Error{Code::access_denied,
                     fmt::format("job {} belongs to {}; the right 'control' is needed to cancel it",
                                 id,
                                 job.submitted_by.value_or("somebody else"))};
    if (job.finished())
        return Cancellation::already_finished;
    if (job.part_of)
        return Error{Code::busy,
                     fmt::format("job {} is a part of door job {}, which opens a door that several "
                                 "libraries share: cancel {}",
                                 id,
                                 *job.part_of,
                                 *job.part_of)};
    if (job.cancel_requested)
        return Cancellation::requested;
    log(job, now, fmt::format("cancellation requested by {}", principal.name));
    call_off(job, now);
    effects = flush();
    return Cancellation::requested;
}

void LibraryEngine::call_off(Job& job, const Now& now) {
    job.cancel_requested = true;
    if (active_ == job.id || (examination_ && examination_->job == job.id))
        return cancel_active(job, now);
    finish(job, JobState::cancelled, cancelled_error(job), now);
    amend_door(now);
}

void LibraryEngine::cancel_active(Job& job, const Now& now) {
    switch (job.request.operation) {
    case Operation::door:
        if (machine_->context.cabinet) // decided for all its parts: others may want the door still
            log(job, now, "ends with the parts of the other libraries");
        else if (members(job.id).empty())
            feed_door(door::Cancel{}, now);
        else
            hand_over(job, now);
        break;
    case Operation::inventory:
    case Operation::identify:
        if (examination_ && examination_->job == job.id)
            examination_->session.stop();
        else if (!in_flight_)
            finish(job, JobState::cancelled, cancelled_error(job), now);
        break;
    case Operation::load:
    case Operation::unload:
    case Operation::move:
    case Operation::exchange:
    case Operation::position:
        log(job, now, "the move is under way: it is finished, not broken off");
        break;
    case Operation::stop:
    case Operation::enable:
    case Operation::disable:
        break; // passed at once
    }
}

void LibraryEngine::schedule(const Now& now) {
    if (examination_)
        share_arm(now);
    if (active_) {
        merge_doors(now);
        return;
    }
    if (ending_)
        return;
    if (const auto* companion = queued_companion(); companion != nullptr && !in_flight_)
        return start_companion(touch(companion->id), now); // even offline: it is waited for
    if (!idle() || !settings_.enabled.value)
        return;
    if (unsolicited_)
        return start_unsolicited(now);
    if (first_read_)
        return; // what is queued is planned on what this read will show
    std::vector<const Job*> queued;
    for (const auto& [id, job] : jobs_)
        if (job.state == JobState::queued)
            queued.push_back(&job);
    if (const auto* next = next_job(queued, now.wall))
        start(touch(next->id), now);
}

void LibraryEngine::start(Job& job, const Now& now) {
    active_ = job.id;
    job.state = JobState::running;
    if (!job.started_at)
        job.started_at = now.wall;
    if (auto in_use = check_in_use(model_, out_of_use_, job.request); !in_use)
        return finish(job, JobState::failed, std::move(in_use).error(), now);
    switch (job.request.operation) {
    case Operation::door:
        return start_door(job, now);
    case Operation::inventory:
    case Operation::identify:
        return start_inventory(job, now);
    case Operation::load:
    case Operation::unload:
    case Operation::move:
        return start_move(job, now);
    case Operation::exchange:
        return start_exchange(job, now);
    case Operation::position:
        return start_position(job, now);
    case Operation::stop:
    case Operation::enable:
    case Operation::disable:
        return; // never queued
    }
}

Effects LibraryEngine::tick(const Now& now) {
    if (active_) {
        auto& job = jobs_.at(*active_);
        switch (job.request.operation) {
        case Operation::door:
            feed_door(door::Tick{}, now);
            break;
        case Operation::inventory:
        case Operation::identify:
            if (!examination_ || examination_->job != job.id)
                continue_inventory(job, now);
            break;
        case Operation::load:
        case Operation::unload:
        case Operation::move:
        case Operation::exchange:
        case Operation::position:
            continue_verdict(job, now);
            break;
        case Operation::stop:
        case Operation::enable:
        case Operation::disable:
            break; // never active
        }
    }
    examine(now);
    refuse_disabled(now);
    empty_disabled_drives(now);
    schedule(now);
    poll(now);
    look_at_reach(now);
    forget_old(now);
    return flush();
}

} // namespace changer::jobs
