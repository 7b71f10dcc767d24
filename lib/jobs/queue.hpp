// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/job.hpp"

#include <optional>
#include <vector>

namespace changer::jobs {

/// The class of an operation: lower runs first.
int queue_class(Operation operation);

/// True if `a` runs before `b`: class, then priority, then number.
bool runs_before(const Job& a, const Job& b);

/// Picks the job to start: the first one whose `not_before` has come. None if none may start.
const Job* next_job(const std::vector<const Job*>& queued, WallTime wall);

} // namespace changer::jobs
