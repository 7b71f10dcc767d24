// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"
#include "support/result.hpp"
#include "tokens.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace changer::daemon {

/// Tells whether a Host field, or the host of an Origin, names this machine's loopback and our
/// port: a page whose name was made to point here, or one of another site, names something else.
bool is_own_host(std::string_view host, std::uint16_t port);

/// Stands before the API where requests come over TCP: lets through who proves a token, and a
/// request for /v1/health without one.
///
/// Source:  RFC 6750 2.1 (bearer tokens in the Authorization field), 3 (WWW-Authenticate)
/// Thread:  the loop
class TokenGate final : public HttpHandler {
  public:
    /// Called with each request that is refused, and how.
    using Refused = std::function<void(const HttpRequest&, const HttpResponse&)>;

    /// `next` outlives the gate.
    TokenGate(HttpHandler& next, Tokens tokens, std::uint16_t port, Refused refused = {})
        : next_(&next)
        , tokens_(std::move(tokens))
        , port_(port)
        , refused_(std::move(refused)) {}

    void handle(HttpRequest request, Reply reply) override;

    /// Lets in by other tokens from now on; true if they are others.
    bool replace(Tokens tokens);

  private:
    Result<void> check_origin(const HttpRequest& request) const;
    void refuse(const HttpRequest& request, const Reply& reply, HttpResponse response) const;

    HttpHandler* next_;
    Tokens tokens_;
    std::uint16_t port_;
    Refused refused_;
};

} // namespace changer::daemon
