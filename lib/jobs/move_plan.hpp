// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/job.hpp"
#include "library/model.hpp"
#include "library/numbering.hpp"

#include <optional>
#include <string>
#include <vector>

namespace changer::jobs {

/// Finds what a load, unload or move moves, and where to: a load takes the first empty drive, an
/// unload the cartridge's home slot, else the slot it came from, else the first empty one.
///
/// Errors:  as find_place().  source_empty.  destination_full — the element named, or all of them
Result<PlannedMove> plan_move(const library::Model& model, const JobRequest& request);

/// True if a cartridge may go there, as far as is known.
bool is_free(const library::Element* element);

/// Returns the barcode that the device is to prove before it moves what lies there; none where it
/// could not be read.
std::optional<std::string> provable_barcode(const library::Model& model,
                                            const library::Place& place);

} // namespace changer::jobs
