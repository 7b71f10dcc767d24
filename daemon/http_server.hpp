// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "event_ring.hpp"
#include "http.hpp"
#include "listen.hpp"
#include "loop.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace changer::daemon {

/// What one client may cost. Tests pass shorter times.
struct HttpLimits {
    std::size_t head_bytes = std::size_t{8} * 1024;
    std::size_t body_bytes = std::size_t{64} * 1024;
    std::chrono::milliseconds request = std::chrono::seconds{10}; ///< head and body, absolute
    std::chrono::milliseconds idle = std::chrono::seconds{60};    ///< between two requests
    std::chrono::milliseconds stall = std::chrono::seconds{5};    ///< a response without progress
    std::chrono::milliseconds stream_stall = std::chrono::seconds{60};
    std::chrono::milliseconds ping = std::chrono::seconds{15};
    /// How long, and how much, a client whose connection ends may go on sending.
    std::chrono::milliseconds linger = std::chrono::seconds{1};
    std::size_t linger_bytes = std::size_t{256} * 1024;
    std::size_t connections = 256;
    std::size_t connections_of_one_user = 64;
    std::size_t connections_kept_for_root = 4; ///< of `connections`
    std::size_t tcp_connections = 64;          ///< over TCP, beside the others
    std::size_t unproved_connections = 16;     ///< of them, whose client has shown no token yet
    std::size_t refusals = 64; ///< connections that are being told that they are too many
};

/// Serves HTTP/1.1 on one listening socket, unix or TCP.
///
/// Source:  RFC 9112; server-sent events: WHATWG HTML 9.2
/// Thread:  the loop
/// Notes:   a client can neither hold the loop nor make it buffer: it is cut at a limit
class HttpServer {
  public:
    HttpServer(Loop& loop,
               ListeningSocket socket,
               HttpHandler& handler,
               const EventRing& events,
               HttpLimits limits = {});
    ~HttpServer(); // NOLINT(bugprone-exception-escape): see there
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Sends what was published since; call it after EventRing::publish().
    void wake_streams();

    /// Ends every connection; clients come again.
    void drop_connections();

    /// Ends every connection and stops listening; the socket file is removed if it is ours.
    void stop();

    std::size_t connections() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace changer::daemon
