// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::jobs {

enum class RequestState : std::uint8_t {
    pending,
    completed, ///< a human said so
    refused,   ///< a human will not do it
    satisfied, ///< the library showed that it was done
    withdrawn, ///< no longer needed
};

enum class Answer : std::uint8_t { complete, refuse };

/// Something only a human can do.
struct OperatorRequest {
    std::string id; ///< "<library>-r<n>", never reused
    std::string library;
    std::string type; ///< open_door, clear_arm, message, ...
    RequestState state = RequestState::pending;
    std::string text;
    std::optional<std::string> job;
    std::optional<std::string> created_by; ///< none: the daemon
    WallTime created_at{};
    std::optional<std::string> answered_by;
    std::optional<WallTime> answered_at;

    bool operator==(const OperatorRequest&) const = default;
};

std::string_view name(RequestState state);

/// Writes the object of the API, which is also the document under "request/<id>".
nlohmann::json to_json(const OperatorRequest& request);

/// Errors:  malformed_document
Result<OperatorRequest> request_from_json(const nlohmann::json& document);

} // namespace changer::jobs
