// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/job.hpp"
#include "library/model.hpp"

#include <vector>

namespace changer::jobs {

/// Finds what a load, unload or move moves, and where to: a load takes the first empty drive, an
/// unload the cartridge's home slot, else the slot it came from, else the first empty one.
///
/// Errors:  as find_place().  source_empty.  destination_full — the element named, or all of them
Result<PlannedMove> plan_move(const library::Model& model, const JobRequest& request);

/// Tells from a complete read where a move stands whose answer was never seen.
MoveVerdict verdict_from(const PlannedMove& plan, const std::vector<scsi::ElementStatus>& read);

} // namespace changer::jobs
