// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"
#include "jobs/operator_request.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

namespace changer::daemon {

/// Reads a request's JSON body.
///
/// Errors:  invalid_parameter — not said to be JSON, or not JSON, or nested too deep
Result<nlohmann::json> request_body(const HttpRequest& request);

/// Reads an answer to an operator request: `{"answer": "complete" | "refuse"}`.
///
/// Errors:  invalid_parameter
Result<jobs::Answer> answer_in(const nlohmann::json& body);

} // namespace changer::daemon
