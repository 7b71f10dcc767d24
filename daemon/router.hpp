// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// One row of the API: a method and the segments of a path, "{}" for any one segment.
struct RoutePattern {
    std::string_view method;
    std::vector<std::string_view> path;
};

/// What a request matched.
struct RouteMatch {
    std::optional<std::size_t> route;    ///< index into the patterns
    std::vector<std::string> parameters; ///< the segments that stand at "{}"
    std::string allowed;                 ///< without a route: methods the path has, "GET, POST"
};

/// Finds the route of a request. Neither route nor `allowed`: there is no such path.
RouteMatch match_route(std::span<const RoutePattern> patterns,
                       std::string_view method,
                       std::span<const std::string> path);

} // namespace changer::daemon
