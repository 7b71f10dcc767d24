// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::daemon {

/// Finds what makes a request's head one that two readers could understand differently.
///
/// Source:  RFC 9112: 2.2 (bare CR and LF), 3.2 (Host), 5.2 (obs-fold), 6.1 (Transfer-Encoding)
/// Returns: the reason to refuse it, or none. `head` ends with its empty line
std::optional<std::string> head_problem(std::string_view head);

/// A request target, split before it is decoded, so that %2F never makes a segment.
struct Target {
    std::vector<std::string> path;
    std::vector<std::pair<std::string, std::string>> query;

    bool operator==(const Target&) const = default;
};

/// Decodes a target in origin form ("/v1/jobs?state=active").
///
/// Errors:  invalid_parameter — no leading slash, a bad escape, a control character
Result<Target> decode_target(std::string_view target);

} // namespace changer::daemon
