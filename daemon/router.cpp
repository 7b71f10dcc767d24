// SPDX-License-Identifier: Apache-2.0
#include "router.hpp"

namespace changer::daemon {
namespace {

/// Returns the segments at "{}", or none if the path is another.
std::optional<std::vector<std::string>> match_path(std::span<const std::string_view> pattern,
                                                   std::span<const std::string> path) {
    if (pattern.size() != path.size())
        return std::nullopt;
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (pattern[i] == "{}" && !path[i].empty())
            parameters.push_back(path[i]);
        else if (pattern[i] != path[i])
            return std::nullopt;
    }
    return parameters;
}

} // namespace

RouteMatch match_route(std::span<const RoutePattern> patterns,
                       std::string_view method,
                       std::span<const std::string> path) {
    RouteMatch match;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        auto parameters = match_path(patterns[i].path, path);
        if (!parameters)
            continue;
        if (patterns[i].method == method)
            return {i, std::move(*parameters), {}};
        match.allowed += match.allowed.empty() ? "" : ", ";
        match.allowed += patterns[i].method;
    }
    return match;
}

} // namespace changer::daemon
