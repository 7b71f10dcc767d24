// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/json.hpp"
#include "jobs/engine.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// Several requests for one door: one opening serves all that were made before it.

namespace changer::jobs {

namespace {

int strength(InventoryAction action, library::InventoryMethod by_default) {
    switch (action) {
    case InventoryAction::none:
        return 0;
    case InventoryAction::fast:
        return 1;
    case InventoryAction::full:
        return 2;
    case InventoryAction::by_default:
        return static_cast<int>(by_default); // none, fast, full
    }
    return 0;
}

} // namespace

std::vector<std::string> LibraryEngine::members(const std::string& id) const {
    std::vector<std::string> all;
    for (const auto& [other, job] : jobs_)
        if (job.merged_into == id && !job.finished())
            all.push_back(other);
    return all;
}

void LibraryEngine::merge_doors(const Now& now) {
    if (!machine_ || !door::before_open(*machine_) || machine_->context.cancelled)
        return;
    if (jobs_.at(*active_).part_of && !terms_)
        return; // whether the door is open already, its first job's library knows
    bool merged = false;
    for (auto& [id, job] : jobs_) {
        if (job.state != JobState::queued || job.request.operation != Operation::door ||
            job.part_of || (job.request.not_before && *job.request.not_before > now.wall))
            continue;
        job.state = JobState::waiting;
        job.merged_into = active_;
        job.started_at = now.wall;
        log(job, now, fmt::format("merged into {}: one opening serves both", *active_));
        merged = true;
    }
    if (merged)
        amend_door(now);
}

void LibraryEngine::amend_door(const Now& now) {
    if (!machine_ || !active_)
        return;
    if (machine_->context.cabinet)
        return amend_part(now);
    const auto method = settings_.inventory_method.value;
    const auto& first = jobs_.at(*active_).request;
    door::Amended amended;
    amended.inventory = first.inventory;
    amended.inventory_method = method;
    auto max_open = door_parameters(first).max_open;
    for (const auto& id : members(*active_)) {
        const auto& request = jobs_.at(id).request;
        if (strength(request.inventory, method) > strength(*amended.inventory, method))
            amended.inventory = request.inventory;
        max_open = std::min(max_open, door_parameters(request).max_open);
    }
    const auto& now_set = machine_->context.parameters;
    if (now_set.inventory == amended.inventory && now_set.max_open == max_open &&
        now_set.inventory_method == method)
        return;
    if (max_open != now_set.max_open)
        amended.max_open = max_open;
    feed_door(amended, now);
}

/// Takes over what all requests for a cabinet's door want; its inventory is resolved as set here.
void LibraryEngine::amend_part(const Now& now) {
    if (!terms_ || terms_->inventories.empty())
        return;
    const auto method = settings_.inventory_method.value;
    const auto weaker = [&](InventoryAction a, InventoryAction b) {
        return strength(a, method) < strength(b, method);
    };
    const auto& all = terms_->inventories;
    door::Amended amended;
    amended.inventory = *std::max_element(all.begin(), all.end(), weaker);
    amended.max_open = terms_->max_open;
    amended.unlock_timeout = terms_->unlock_timeout;
    amended.inventory_method = method;
    const auto& now_set = machine_->context.parameters;
    if (now_set.inventory != amended.inventory || now_set.max_open != amended.max_open ||
        now_set.unlock_timeout != amended.unlock_timeout || now_set.inventory_method != method)
        feed_door(amended, now);
}

/// The active request is cancelled, but others live on it: the oldest of them takes the door over.
void LibraryEngine::hand_over(Job& from, const Now& now) {
    const auto all = members(from.id);
    auto& heir = touch(all.front());
    heir.merged_into.reset();
    heir.state = from.state;
    heir.phase = from.phase;
    heir.machine = door::to_json(*machine_);
    heir.result = from.result;
    heir.inventory_began = from.inventory_began;
    heir.inventory_ended = from.inventory_ended;
    heir.operator_request = std::exchange(from.operator_request, std::nullopt);
    if (heir.operator_request)
        requests_.hand_over(*heir.operator_request, heir.id);
    log(heir, now, fmt::format("goes on for {}, which was cancelled", from.id));
    for (const auto& id : all)
        if (id != heir.id)
            touch(id).merged_into = heir.id;
    active_ = heir.id;
    if (in_flight_)
        in_flight_->job = heir.id;
    finish(from, JobState::cancelled, cancelled_error(from), now);
    amend_door(now);
}

} // namespace changer::jobs
