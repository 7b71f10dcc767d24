// SPDX-License-Identifier: Apache-2.0
#include "jobs/timing.hpp"

#include <algorithm>

namespace changer::jobs {

namespace {

constexpr std::size_t newest = 21; ///< of each kind: enough for a median, soon a new one

} // namespace

Timing::Timing(const std::map<std::string, Job, library::IdLess>& jobs) {
    for (auto next = jobs.rbegin(); next != jobs.rend(); ++next) {
        const auto& job = next->second;
        auto& taken = taken_.at(static_cast<std::size_t>(job.request.operation));
        if (job.state != JobState::passed || !job.started_at || !job.finished_at ||
            taken.size() >= newest)
            continue;
        const auto duration = *job.finished_at - *job.started_at;
        if (duration >= duration.zero()) // else the clock was set back in between
            taken.push_back(duration);
    }
    for (auto& taken : taken_)
        std::sort(taken.begin(), taken.end());
}

std::optional<std::chrono::milliseconds> Timing::expected(Operation operation) const {
    const auto& taken = taken_.at(static_cast<std::size_t>(operation));
    if (taken.empty() || operation == Operation::door || is_control(operation))
        return std::nullopt;
    return taken[taken.size() / 2];
}

std::optional<WallTime> expected_end(const Timing& timing, const Job& job, WallTime now) {
    if (job.state != JobState::running || !job.started_at)
        return std::nullopt;
    const auto expected = timing.expected(job.request.operation);
    if (!expected || *job.started_at + *expected < now)
        return std::nullopt;
    return *job.started_at + *expected;
}

} // namespace changer::jobs
