// SPDX-License-Identifier: Apache-2.0
#include "token_gate.hpp"

#include "problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace changer::daemon {
namespace {

bool equal_but_for_case(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    });
}

/// Returns the token of an Authorization field; none for another scheme.
std::optional<std::string_view> bearer(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    if (!equal_but_for_case(authorization.substr(0, scheme.size()), scheme))
        return std::nullopt;
    authorization.remove_prefix(scheme.size());
    while (authorization.starts_with(' '))
        authorization.remove_prefix(1);
    return authorization;
}

HttpResponse unauthenticated(std::string_view why) {
    HttpResponse response = problem({Code::access_denied, std::string(why)}, 401);
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

bool is_bare_health(const HttpRequest& request) {
    return request.method == "GET" && request.query.empty() &&
           request.path == std::vector<std::string>{"v1", "health"};
}

} // namespace

bool is_own_host(std::string_view host, std::uint16_t port) {
    const std::string end = fmt::format(":{}", port);
    if (!host.ends_with(end))
        return false;
    host.remove_suffix(end.size());
    return equal_but_for_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

Result<void> TokenGate::check_origin(const HttpRequest& request) const {
    if (!request.host || !is_own_host(*request.host, port_))
        return Error{Code::access_denied,
                     fmt::format("the Host must be localhost:{0}, 127.0.0.1:{0} or [::1]:{0}: this "
                                 "is no server of any other name",
                                 port_)};
    constexpr std::string_view scheme = "http://";
    if (request.origin && (!request.origin->starts_with(scheme) ||
                           !is_own_host(request.origin->substr(scheme.size()), port_)))
        return Error{Code::access_denied, "pages of another origin may not use this daemon"};
    return {};
}

void TokenGate::refuse(const HttpRequest& request,
                       const Reply& reply,
                       HttpResponse response) const {
    if (refused_)
        refused_(request, response);
    reply(std::move(response));
}

void TokenGate::handle(HttpRequest request, Reply reply) {
    request.peer = {}; // over TCP nobody is anybody before he proves it
    if (const auto checked = check_origin(request); !checked)
        return refuse(request, reply, problem(checked.error(), 403));
    if (!request.authorization && is_bare_health(request))
        return next_->handle(std::move(request), std::move(reply));
    const std::string authorization = request.authorization.value_or("");
    const auto secret = bearer(authorization);
    if (!secret)
        return refuse(request,
                      reply,
                      unauthenticated("over TCP each request must have a token: `Authorization: "
                                      "Bearer TOKEN`"));
    request.peer.token = token_of(tokens_, *secret);
    if (!request.peer.token)
        return refuse(request,
                      reply,
                      unauthenticated("this token is not known: it must be in the tokens_file"));
    if (request.connection)
        request.connection->prove();
    next_->handle(std::move(request), std::move(reply));
}

bool TokenGate::replace(Tokens tokens) {
    const bool others = tokens_ != tokens;
    tokens_ = std::move(tokens);
    return others;
}

} // namespace changer::daemon
