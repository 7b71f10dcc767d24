// SPDX-License-Identifier: Apache-2.0
#include "jobs/job_views.hpp"

#include "jobs/queue.hpp"
#include "library/fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace changer::jobs {

namespace {

using library::nullable;
using Json = nlohmann::json;

struct Reason {
    std::string_view name;
    std::optional<WallTime> until = std::nullopt;
    std::optional<std::string> job = std::nullopt;
    std::optional<std::string> operator_request = std::nullopt;
};

Json to_json(const Reason& reason) {
    return {{"reason", reason.name},
            {"until", nullable(reason.until)},
            {"job", nullable(reason.job)},
            {"operator_request", nullable(reason.operator_request)}};
}

} // namespace

Json guid_of(const LibraryEngine& engine, std::string_view kind, std::string_view id) {
    if (!engine.uuid())
        return nullptr;
    return to_string(name_uuid(*engine.uuid(), fmt::format("{}/{}", kind, id)));
}

JobViews::JobViews(const LibraryEngine& engine, const Now& now)
    : engine_(engine)
    , now_(now)
    , timing_(engine.jobs(), engine.settings().inventory_method.value) {
    std::vector<const Job*> waiting;
    for (const auto& [id, job] : engine.jobs())
        if (job.state == JobState::queued)
            waiting.push_back(&job);
    next_ = next_job(waiting, now.wall);
}

Json JobViews::view(const Job& job) const {
    auto view = jobs::to_json(job);
    view["guid"] = guid_of(engine_, "job", job.id);
    view["waiting"] = waiting(job);
    view["eta"] = nullable(timing_.end_of(job, now_.wall));
    return view;
}

Json JobViews::waiting(const Job& job) const {
    if (job.finished())
        return nullptr;
    if (job.merged_into)
        return to_json({.name = "merged", .job = job.merged_into});
    if (job.operator_request)
        return to_json({.name = "operator", .operator_request = job.operator_request});
    if (job.state == JobState::queued)
        return queued(job);
    if (!job.cabinet.empty() && (job.phase == "draining" || job.phase == "finishing"))
        return to_json({.name = "cabinet"});
    if (job.state == JobState::waiting)
        return to_json(
            {.name = engine_.reach(now_) == Reach::online ? "device" : "library_offline"});
    return nullptr;
}

Json JobViews::queued(const Job& job) const {
    if (!engine_.settings().enabled.value)
        return to_json({.name = "disabled"});
    if (job.request.not_before && *job.request.not_before > now_.wall)
        return to_json({.name = "not_before", .until = job.request.not_before});
    if (const auto& active = engine_.active_job()) {
        const auto* running = engine_.job(*active);
        const auto ends = running != nullptr ? timing_.end_of(*running, now_.wall) : std::nullopt;
        const bool next = next_ == nullptr || next_ == &job;
        return to_json({.name = "job",
                        .until = next ? ends : std::nullopt,
                        .job = next ? *active : next_->id});
    }
    switch (engine_.reach(now_)) {
    case Reach::starting:
        return to_json({.name = "starting"});
    case Reach::grace:
    case Reach::offline:
        return to_json({.name = "library_offline"});
    case Reach::online:
        break;
    }
    if (next_ != nullptr && next_ != &job)
        return to_json({.name = "job", .job = next_->id});
    return to_json({.name = "next"});
}

} // namespace changer::jobs
