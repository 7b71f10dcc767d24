// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace changer::jobs {

/// The class of a job: lower runs first. An inventory that loads every cartridge yields to
/// everything else, or backups would stand still for days.
int queue_class(const Job& job);

/// Where a job stands in its class that no operator has put elsewhere.
inline constexpr std::int64_t usual_order = std::int64_t{1} << 31;

/// True if `a` runs before `b`: class, then the operator's order, then priority, then number.
bool runs_before(const Job& a, const Job& b);

/// Picks the job to start: the first one whose `not_before` has come. None if none may start.
const Job* next_job(const std::vector<const Job*>& queued, WallTime wall);

/// Finds what orders bring a queued job to a place among those of its class, and change the others
/// as little as they can: 1 is first; any number behind the last is last.
///
/// Returns for each job whose order changes its new one
std::vector<std::pair<std::string, std::int64_t>>
order_at(const std::vector<const Job*>& queued, const Job& job, std::uint32_t position);

} // namespace changer::jobs
