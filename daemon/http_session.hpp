// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "event_ring.hpp"
#include "http.hpp"
#include "http_server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <functional>
#include <memory>

namespace changer::daemon {

/// One connection of a client, from its admission to its end. It lives as long as something of it
/// is under way.
///
/// Thread:  the loop
class HttpSession {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    /// Called once, when the connection is closed.
    using Owner = std::function<void(HttpSession&)>;

    /// What all sessions of a server share; it outlives them.
    struct Shared {
        HttpHandler* handler;
        const EventRing* events;
        const HttpLimits* limits;
    };

    static std::shared_ptr<HttpSession>
    make(Socket socket, Peer peer, Shared shared, Owner on_close);

    virtual ~HttpSession() = default;

    virtual void start() = 0;

    /// What handlers know of this connection.
    virtual ClientConnection& connection() = 0;

    /// Sends a response without reading a request, and closes.
    virtual void turn_away(HttpResponse response) = 0;

    /// Sends a reader of events what was published since.
    virtual void wake() = 0;

    virtual void close() = 0;

    /// Closes because the server ends: nobody concludes that the client has gone.
    virtual void end() = 0;
};

} // namespace changer::daemon
