// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/state.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

namespace changer::jobs::door {

/// Writes what a restart needs: everything but Context::memory.
nlohmann::json to_json(const State& state);

/// Reads it back. Its timers stand still until the event Restarted.
///
/// Errors:  malformed_document — not an object of this schema, a field missing, of another type or
///          out of range; the text names the field
Result<State> state_from_json(const nlohmann::json& document);

} // namespace changer::jobs::door
