// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client_connection.hpp"
#include "peer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Requests and responses as values: what the server gives the API, and what it gets back.

namespace changer::daemon {

class EventRing;
struct StreamEvent;

/// One complete request, checked for form.
struct HttpRequest {
    std::string method;            ///< as sent: "GET"
    std::vector<std::string> path; ///< the segments, decoded: {"v1", "libraries", "main"}
    std::vector<std::pair<std::string, std::string>> query = {}; ///< decoded, in order
    std::optional<std::string> content_type = std::nullopt;
    std::optional<std::string> idempotency_key = std::nullopt;
    std::optional<std::string> last_event_id = std::nullopt;
    std::optional<std::string> host = std::nullopt;
    std::optional<std::string> origin = std::nullopt;
    std::optional<std::string> authorization = std::nullopt;
    std::optional<std::string> if_match = std::nullopt;
    std::string body = {};
    Peer peer = {};         ///< from the kernel; over TCP what was proved, never what is said
    bool keep_alive = true; ///< the connection stays open behind the response
    std::shared_ptr<ClientConnection> connection = nullptr; ///< the one it came on

    /// Returns the first query parameter of that name.
    std::optional<std::string> parameter(std::string_view name) const {
        for (const auto& entry : query)
            if (entry.first == name)
                return entry.second;
        return std::nullopt;
    }
};

/// Turns a response into a stream of events, resumed behind `last_event_id`.
struct EventStream {
    std::optional<std::string> last_event_id = std::nullopt;
    std::function<bool(const StreamEvent&)> visible = {}; ///< what this reader may see
};

/// One response. `stream` set: the body is ignored and events follow until the reader leaves.
struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::optional<EventStream> stream = std::nullopt;
};

/// Gives the response; called once, on the loop, now or later.
using Reply = std::function<void(HttpResponse)>;

/// Answers requests.
/// Thread:  the loop
class HttpHandler {
  public:
    virtual ~HttpHandler() = default;
    virtual void handle(HttpRequest request, Reply reply) = 0;
};

} // namespace changer::daemon
