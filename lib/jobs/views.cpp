// SPDX-License-Identifier: Apache-2.0
#include "jobs/views.hpp"

#include "jobs/engine_documents.hpp"
#include "library/fields.hpp"
#include "library/views.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace changer::jobs {

namespace {

using Json = nlohmann::json;
using library::nullable;

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json identity_view(const std::optional<DeviceInfo>& info) {
    if (!info)
        return nullptr;
    return {{"vendor", info->vendor},
            {"product", info->product},
            {"revision", info->revision},
            {"serial", nullable(info->serial)}};
}

std::string_view state_of(Reach reach) {
    switch (reach) {
    case Reach::starting:
        return "starting";
    case Reach::online:
    case Reach::grace: // a path that is gone for a moment is busy, not offline
        return "online";
    case Reach::offline:
        break;
    }
    return "offline";
}

} // namespace

Json door_view(const LibraryEngine& engine) {
    const auto& door = engine.settings().door;
    const auto& record = engine.door();
    const auto* active = engine.active_job() ? engine.job(*engine.active_job()) : nullptr;
    const bool has_door = active != nullptr && active->request.operation == Operation::door;
    auto lockable = door.lockable.value;
    if (!lockable && record.lock == door::LockState::not_effective)
        lockable = false;
    return {{"present", door.present.value},
            {"lockable", nullable(lockable)},
            {"kind", library::name(door.kind.value)},
            {"state", door::name(record.state)},
            {"since", nullable(record.since)},
            {"lock", door::name(record.lock)},
            {"lock_policy", library::name(door.lock_policy.value)},
            {"max_open_seconds", door.max_open_seconds.value},
            {"unlock_timeout_seconds", door.unlock_timeout_seconds.value},
            {"quiet_seconds", door.quiet_seconds.value},
            {"job", has_door ? Json(active->id) : Json(nullptr)}};
}

Json library_view(const LibraryEngine& engine, const Now& now) {
    const auto& settings = engine.settings();
    const auto& info = engine.device_info();
    auto counts = library::counts_view(engine.model());
    counts["jobs"] = std::count_if(engine.jobs().begin(),
                                   engine.jobs().end(),
                                   [](const auto& entry) { return !entry.second.finished(); });
    counts["operator_requests"] =
        std::count_if(engine.requests().begin(), engine.requests().end(), [](const auto& entry) {
            return entry.second.state == RequestState::pending;
        });
    return {{"id", engine.id()},
            {"name", text_or_null(settings.name.value)},
            {"description", text_or_null(settings.description.value)},
            {"device", engine.device()},
            {"state", state_of(engine.reach(now))},
            {"detail", text_or_null(engine.offline_detail())},
            {"enabled", settings.enabled.value},
            {"identity", identity_view(info)},
            {"geometry", info ? geometry_to_json(info->geometry) : Json(nullptr)},
            {"settings", library::to_json(settings)},
            {"door", door_view(engine)},
            {"counts", std::move(counts)},
            {"inventory", library::inventory_view(engine.model())},
            {"generation", engine.generation()}};
}

Json diff_view(const LibraryEngine& engine) {
    const Job* last = nullptr;
    for (const auto& [id, job] : engine.jobs()) {
        if (!job.result.is_object() || !job.result.contains("diff") || !job.finished_at)
            continue;
        if (last == nullptr || *job.finished_at >= *last->finished_at)
            last = &job;
    }
    return {{"library", engine.id()},
            {"at", last != nullptr ? nullable(last->finished_at) : Json(nullptr)},
            {"job", last != nullptr ? Json(last->id) : Json(nullptr)},
            {"diff", last != nullptr ? last->result["diff"] : Json::array()}};
}

} // namespace changer::jobs
