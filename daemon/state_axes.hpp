// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/engine.hpp"
#include "support/clock.hpp"

#include <string_view>

// One word for each way an object can be, apart from whether an operator has it in use: whether it
// is fit to work, and what it holds or does. The words are those of data/openapi.json.

namespace changer::daemon {

/// Whether a library can work: "ready", "initializing", "needs_service", "not_present".
std::string_view operational_state(const jobs::LibraryEngine& library, const Now& now);

/// Whether a place can be used: "ready", "needs_service", "not_present".
std::string_view operational_state(const library::Element& element);

/// What a place holds: "full", "empty", "not_present", "needs_inventory", "unknown"; a drive
/// instead of the first two: "mounted", "dismounted", "being_cleaned".
std::string_view element_state(const jobs::LibraryEngine& library, const library::Element& element);

/// What becomes of a cartridge: "idle", "in_use" by a job, "mounted" in a drive.
std::string_view use_of(const jobs::LibraryEngine& library, const library::Media& medium);

} // namespace changer::daemon
