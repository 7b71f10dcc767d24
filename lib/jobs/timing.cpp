// SPDX-License-Identifier: Apache-2.0
#include "jobs/timing.hpp"

#include "library/fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace changer::jobs {

namespace {

using Durations = std::vector<std::chrono::milliseconds>;

constexpr std::size_t newest = 21; ///< of each kind: enough for a median, soon a new one

void keep(Durations& taken, std::optional<WallTime> from, std::optional<WallTime> to) {
    if (!from || !to || taken.size() >= newest)
        return;
    const auto duration = *to - *from;
    if (duration >= duration.zero()) // else the clock was set back in between
        taken.push_back(duration);
}

std::optional<WallTime> end(std::optional<WallTime> began, const Durations& taken, WallTime now) {
    if (!began || taken.empty())
        return std::nullopt;
    const auto expected = *began + taken[taken.size() / 2];
    return expected < now ? std::nullopt : std::optional(expected);
}

bool takes_inventory(const Job& job) {
    return job.request.operation == Operation::inventory ||
           job.request.operation == Operation::door;
}

/// True from the first command of a door's inventory until its outcome is known.
bool in_inventory(const Job& job) {
    return job.phase == "scanning" || job.phase == "identifying" || job.phase == "reconciling";
}

} // namespace

Timing::Timing(const std::map<std::string, Job, library::IdLess>& jobs,
               library::InventoryMethod method)
    : method_(method) {
    for (auto next = jobs.rbegin(); next != jobs.rend(); ++next)
        learn(next->second);
    for (auto& taken : operations_)
        std::sort(taken.begin(), taken.end());
    for (auto& taken : inventories_)
        std::sort(taken.begin(), taken.end());
}

void Timing::learn(const Job& job) {
    if (job.state != JobState::passed)
        return;
    if (takes_inventory(job))
        return learn_inventory(job);
    keep(operations_.at(static_cast<std::size_t>(job.request.operation)),
         job.started_at,
         job.finished_at);
}

/// What was taken counts, not what was asked for.
void Timing::learn_inventory(const Job& job) {
    const auto taken = job.result.is_object() ? job.result.find("inventory") : job.result.end();
    if (taken == job.result.end() || !taken->is_string())
        return;
    const auto method = library::from_name(std::string_view(taken->get_ref<const std::string&>()),
                                           library::InventoryMethod::full);
    if (!method)
        return;
    auto& durations = inventories_.at(static_cast<std::size_t>(*method));
    if (job.request.operation == Operation::inventory)
        return keep(durations, job.started_at, job.finished_at);
    keep(durations, job.inventory_began, job.inventory_ended);
}

library::InventoryMethod Timing::method_of(InventoryAction action) const {
    switch (action) {
    case InventoryAction::none:
        return library::InventoryMethod::none;
    case InventoryAction::fast:
        return library::InventoryMethod::fast;
    case InventoryAction::full:
        return library::InventoryMethod::full;
    case InventoryAction::by_default:
        break;
    }
    return method_;
}

std::optional<WallTime> Timing::end_of(const Job& job, WallTime now) const {
    if (job.state != JobState::running || is_control(job.request.operation))
        return std::nullopt;
    if (!takes_inventory(job))
        return end(
            job.started_at, operations_.at(static_cast<std::size_t>(job.request.operation)), now);
    const auto& taken = inventories_.at(static_cast<std::size_t>(method_of(job.request.inventory)));
    if (job.request.operation == Operation::inventory)
        return end(job.started_at, taken, now);
    return in_inventory(job) ? end(job.inventory_began, taken, now) : std::nullopt;
}

} // namespace changer::jobs
