// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "library/model.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>
#include <vector>

namespace changer::jobs {

struct JobRequest;

/// An exchange that was decided, and how far it is: each step is here, durably, before it is sent.
struct PlannedExchange {
    ExchangeMedia order;
    std::vector<ExchangeStep> steps = {}; ///< told so far; the last may be under way

    /// True if the step that was told last may have happened or not.
    bool undecided() const {
        return !steps.empty() &&
               steps.back().verdict.value_or(MoveVerdict::unknown) == MoveVerdict::unknown;
    }

    bool operator==(const PlannedExchange&) const = default;
};

std::string_view name(MoveVerdict verdict);
std::string_view name(ExchangeStep::Kind kind);

/// Writes the part of a job's document.
nlohmann::json to_json(const PlannedExchange& exchange);

/// Errors:  malformed_document
Result<PlannedExchange> exchange_from_json(const nlohmann::json& document);

/// Finds what an exchange exchanges. For a swap it names the first empty slot, in case the library
/// has no command that exchanges.
///
/// Errors:  as find_place().  source_empty.  destination_full.  invalid_parameter — the same
///          element twice, or the arm
Result<ExchangeMedia> plan_exchange(const library::Model& model, const JobRequest& request);

/// Returns the moves that have not been begun of an exchange that was made move by move, in order.
std::vector<ExchangeStep> steps_not_run(const PlannedExchange& exchange);

} // namespace changer::jobs
