// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/job.hpp"
#include "jobs/out_of_use.hpp"
#include "library/model.hpp"
#include "library/numbering.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace changer::jobs {

/// Finds what a load, unload or move moves, and where to: a load takes the first empty drive, an
/// unload the cartridge's home slot, else the slot it came from, else the first empty one.
///
/// Errors:  as find_place().  source_empty.  destination_full — the element named, or all of them.
///          resource_disabled — the drive, or every empty one, or the cartridge for a drive
/// Notes:   a load that names no drive goes into none of those `held`
Result<PlannedMove> plan_move(const library::Model& model,
                              const JobRequest& request,
                              const OutOfUse& out_of_use = {},
                              const std::set<scsi::ElementAddress>& held = {});

/// Tells whether a job would put something into a drive that must not go there. A job that cannot
/// be planned yet would not.
///
/// Errors:  resource_disabled
Result<void>
check_in_use(const library::Model& model, const OutOfUse& out_of_use, const JobRequest& request);

/// True if a cartridge may go there, as far as is known.
bool is_free(const library::Element* element);

/// Returns the barcode that the device is to prove before it moves what lies there; none where it
/// could not be read.
std::optional<std::string> provable_barcode(const library::Model& model,
                                            const library::Place& place);

} // namespace changer::jobs
