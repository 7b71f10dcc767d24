// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "jobs/move_plan.hpp"
#include "jobs/queue.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// What waits in no queue: putting the library, its drives and its cartridges into use and taking
// them out of it. One record holds all of it; what follows for queued jobs comes with later steps,
// and again at their start.

namespace changer::jobs {

namespace {

using Json = nlohmann::json;

/// True if a job that runs moves something from, to or in what is meant.
bool uses(const Job& job, const ManagedObject& object, const library::Model& model) {
    if (object.kind == ObjectKind::library)
        return true;
    auto place = std::optional(object.drive);
    if (object.kind == ObjectKind::medium) {
        const auto* medium = model.media(object.medium);
        place = medium != nullptr ? medium->location : std::nullopt;
    }
    if (job.planned_move)
        return job.planned_move->source == place || job.planned_move->destination == place;
    if (!job.planned_exchange)
        return false;
    const auto& order = job.planned_exchange->order;
    return order.first == place || order.second == place || order.third == place;
}

Json ids_to_json(const std::vector<std::string>& ids) {
    return ids.empty() ? Json::array() : Json(ids);
}

} // namespace

Result<std::string> LibraryEngine::control(const JobRequest& request,
                                           const Principal& principal,
                                           const Now& now,
                                           Effects& effects) {
    const auto object = find_object(model_, request.object.value_or("library"));
    if (!object)
        return object.error();
    if (!principal.modify)
        return Error{Code::access_denied,
                     fmt::format("'{}' needs the right 'modify' on this library; whoever "
                                 "administers the daemon grants it in its configuration",
                                 name(request.operation))};
    remember_for_undo();
    const auto changed = put_into_use(*object, request.operation);
    if (!changed)
        return changed.error();
    auto& job = new_job(request, principal.name, now);
    undo_->job = job.id;
    job.started_at = now.wall;
    job.result = control_result(job, *object, *changed);
    const bool enabled = request.operation == Operation::enable;
    log(job,
        now,
        fmt::format("{} {} by {}{}",
                    object->name,
                    enabled ? "enabled" : "disabled",
                    principal.name,
                    *changed ? "" : ": it was so already"));
    finish(job, JobState::passed, std::nullopt, now);
    check_queue_ = check_queue_ || *changed;
    hint("library");
    if (object->kind != ObjectKind::library)
        hint(object->kind == ObjectKind::drive ? "elements" : "media");
    effects = flush();
    return job.id;
}

/// Has a full inventory end between two cartridges: what it has found so far counts.
Result<std::string> LibraryEngine::stop(const JobRequest& request,
                                        const Principal& principal,
                                        const Now& now,
                                        Effects& effects) {
    if (!principal.control)
        return Error{Code::access_denied,
                     "stopping an inventory needs the right 'control' on this library"};
    Job* stopped = nullptr;
    for (auto& [id, job] : jobs_)
        if (job.request.operation == Operation::inventory && !job.finished() && wants_labels(job) &&
            job.started_at)
            stopped = &job;
    auto& order = new_job(request, principal.name, now);
    order.started_at = now.wall;
    order.result = {{"running", stopped != nullptr ? Json(stopped->id) : Json(nullptr)},
                    {"changed", stopped != nullptr}};
    if (stopped != nullptr) {
        stopped->stop_requested = true;
        log(*stopped, now, fmt::format("to be stopped, by {}", principal.name));
        if (examination_ && examination_->job == stopped->id)
            examination_->session.stop();
    }
    finish(order, JobState::passed, std::nullopt, now);
    effects = flush();
    return order.id;
}

/// Changes whether it is in use; false: it was so already.
Result<bool> LibraryEngine::put_into_use(const ManagedObject& object, Operation operation) {
    const bool enable = operation == Operation::enable;
    if (object.kind == ObjectKind::library) {
        if (settings_.enabled.value == enable)
            return false;
        if (auto kept = keep_setting("enabled", enable); !kept)
            return std::move(kept).error();
        return true;
    }
    const bool changed = enable ? out_of_use_.put_back(object) : out_of_use_.take_out(object);
    const auto* drive = object.kind == ObjectKind::drive ? model_.element(object.drive) : nullptr;
    if (changed && !enable && drive != nullptr && drive->full.value_or(false))
        out_of_use_.want_empty(object.drive);
    if (changed)
        write_out_of_use();
    return changed;
}

Json LibraryEngine::control_result(const Job& job, const ManagedObject& object, bool changed) {
    const bool enabled = job.request.operation == Operation::enable;
    std::vector<std::string> held;
    std::vector<std::string> refused;
    if (!enabled)
        for (const auto& [id, queued] : jobs_) {
            if (queued.state != JobState::queued || id == job.id)
                continue;
            if (object.kind == ObjectKind::library)
                held.push_back(id);
            else if (!check_in_use(model_, out_of_use_, queued.request))
                refused.push_back(id);
        }
    const bool busy = active_ && uses(jobs_.at(*active_), object, model_);
    return {{"object", object.name},
            {"enabled", enabled},
            {"changed", changed},
            {"running", busy ? Json(*active_) : Json(nullptr)},
            {"held", ids_to_json(held)},
            {"refused", ids_to_json(refused)}};
}

void LibraryEngine::write_out_of_use() {
    dirty_.others.push_back({"disabled", out_of_use_.document().dump()});
}

/// Fails the queued jobs that would put something into a drive which must not go there.
void LibraryEngine::refuse_disabled(const Now& now) {
    if (!std::exchange(check_queue_, false))
        return;
    for (auto& [id, job] : jobs_) {
        if (job.state != JobState::queued)
            continue;
        if (auto in_use = check_in_use(model_, out_of_use_, job.request); !in_use)
            finish(job, JobState::failed, std::move(in_use).error(), now);
    }
}

/// Puts back what is in drives that were taken out of use, once.
void LibraryEngine::empty_disabled_drives(const Now& now) {
    if (active_ || !idle() || first_read_ || !settings_.enabled.value)
        return;
    for (const auto drive : std::set(out_of_use_.to_empty())) {
        out_of_use_.stop_wanting_empty(drive);
        write_out_of_use();
        const auto* element = model_.element(drive);
        if (element == nullptr || !element->full.value_or(false))
            continue;
        JobRequest request;
        request.operation = Operation::unload;
        request.source = fmt::format("@{}", scsi::number(drive));
        log(new_job(request, "daemon", now), now, "the drive was disabled: it is emptied");
    }
}

Result<void> LibraryEngine::set_order(const std::string& id,
                                      std::uint32_t position,
                                      const Principal& principal,
                                      const Now& now,
                                      Effects& effects) {
    const auto* wanted = job(id);
    if (wanted == nullptr)
        return Error{Code::not_found, fmt::format("there is no job {}", id)};
    if (!principal.control)
        return Error{Code::access_denied,
                     "putting a job elsewhere in the queue needs the right 'control'"};
    if (wanted->state != JobState::queued)
        return Error{Code::busy,
                     fmt::format("job {} is {}: only a queued job has a place in the queue",
                                 id,
                                 name(wanted->state))};
    std::vector<const Job*> queued;
    for (const auto& [other_id, other] : jobs_)
        if (other.state == JobState::queued)
            queued.push_back(&other);
    for (const auto& [other, order] : order_at(queued, *wanted, position))
        touch(other).order = order;
    log(touch(id), now, fmt::format("put elsewhere in the queue by {}", principal.name));
    effects = flush();
    return {};
}

/// Finds a job that is asked for once more though it has not even begun. A door is asked for as
/// often as somebody wants it: its requests are merged, each with an outcome of its own.
const Job* LibraryEngine::equal_queued(const JobRequest& request,
                                       const std::string& submitted_by) const {
    if (request.operation == Operation::door || request.while_connected)
        return nullptr;
    for (const auto& [id, job] : jobs_)
        if (job.state == JobState::queued && job.request == request &&
            job.submitted_by == submitted_by)
            return &job;
    return nullptr;
}

void LibraryEngine::remember_for_undo() {
    undo_ = Undo{"", settings_, stored_settings_, out_of_use_};
}

void LibraryEngine::undo() {
    settings_ = undo_->settings;
    stored_settings_ = undo_->stored;
    out_of_use_ = undo_->out_of_use;
    if (undo_->described)
        descriptions_.put(undo_->described->first, std::move(undo_->described->second));
    undo_.reset();
}

void LibraryEngine::withdraw(const std::string& job) {
    if (undo_ && undo_->job == job)
        undo();
    jobs_.erase(job);
}

} // namespace changer::jobs
