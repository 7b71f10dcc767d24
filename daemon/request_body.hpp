// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"
#include "jobs/operator_request.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace changer::daemon {

/// Reads a request's JSON body.
///
/// Errors:  invalid_parameter — not said to be JSON, or not JSON, or nested too deep
Result<nlohmann::json> request_body(const HttpRequest& request);

/// Reads an answer to an operator request: `{"answer": "complete" | "refuse"}`.
///
/// Errors:  invalid_parameter
Result<jobs::Answer> answer_in(const nlohmann::json& body);

/// Reads JobOrder: 1 is first, the largest number last.
///
/// Errors:  invalid_parameter
Result<std::uint32_t> order_in(const nlohmann::json& body);

/// What an operator is asked for.
struct Message {
    std::string library;
    std::string text;
};

/// Reads Message.
///
/// Errors:  invalid_parameter
Result<Message> message_in(const nlohmann::json& body);

/// The generations that If-Match lets pass; none: any.
struct ExpectedGenerations {
    std::vector<std::uint64_t> accepted;
};

/// Reads If-Match: `*`, or entity tags in quotes. A weak tag matches nothing, as the standard has
/// it, nor does one that is not a number.
///
/// Source:  RFC 9110 13.1.1
/// Errors:  invalid_parameter — it is not of this form
Result<std::optional<ExpectedGenerations>> if_match_in(const HttpRequest& request);

} // namespace changer::daemon
