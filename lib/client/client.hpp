// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/connection.hpp"
#include "client/event_stream.hpp"
#include "client/http_response.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace changer::client {

inline constexpr std::string_view default_socket = "/run/changer/api.sock";

/// One call of the API.
struct Call {
    std::string method = "GET";
    std::string target;           ///< path and query, already encoded (see encode_segment)
    std::string body = {};        ///< JSON; empty: none
    std::string idempotency = {}; ///< the Idempotency-Key; empty: none
};

/// A successful answer: the text exactly as it came, and what it means.
class Document {
  public:
    /// Reads a body; it must be one JSON value, nested no deeper than 64.
    static Result<Document> parse(std::string text);

    const std::string& text() const { return text_; }

    const nlohmann::json& json() const { return *json_; }

  private:
    Document(std::string text, std::shared_ptr<const nlohmann::json> json)
        : text_(std::move(text))
        , json_(std::move(json)) {}

    std::string text_;
    std::shared_ptr<const nlohmann::json> json_;
};

/// A job that lives with its connection: when this object ends before anything was moved, the
/// daemon cancels the job.
class TiedJob {
  public:
    /// The job as it was queued.
    const Document& job() const { return job_; }

  private:
    friend class Client;

    TiedJob(Connection connection, Document job)
        : connection_(std::move(connection))
        , job_(std::move(job)) {}

    Connection connection_;
    Document job_;
};

/// The stream of hints.
/// Blocks:  as said; one thread
class EventStream {
  public:
    /// Waits for the next event.
    /// Errors:  as Connection; unreachable — the daemon ended the stream
    Result<Event> next(const Deadline& deadline);

  private:
    friend class Client;

    EventStream(Connection connection, ResponseParser parser)
        : connection_(std::move(connection))
        , parser_(std::move(parser)) {}

    Connection connection_;
    ResponseParser parser_;
    EventParser events_;
};

/// Speaks the daemon's API over its unix socket, one connection a call.
///
/// Blocks:  up to `patience` a call
/// Thread:  any
/// Errors:  the daemon's refusals with the code and text of their problem document; as Connection
///          for what happens on the way; malformed_response — an answer that is no such document
class Client {
  public:
    struct Options {
        std::string socket_path{default_socket};
        std::chrono::milliseconds patience{30'000}; ///< for a whole answer
        int interrupt_fd = -1;
    };

    explicit Client(Options options)
        : options_(std::move(options)) {}

    Result<Document> call(const Call& request) const;

    Result<Document> get(std::string target) const {
        return call({.method = "GET", .target = std::move(target)});
    }

    /// Submits a job under a key of its own: if the answer is lost the call is made once more, and
    /// the job is still one.
    Result<Document> submit(std::string_view library, const std::string& body) const;

    /// Submits a job that is wanted only as long as its client waits; `body` says so with
    /// `"while_connected": true`. It is called once: what a lost answer leaves behind is cancelled
    /// by the daemon.
    Result<TiedJob> submit_tied(std::string_view library, const std::string& body) const;

    /// Opens the stream of events, behind `last_event_id` if that is not empty.
    Result<EventStream> subscribe(std::string_view last_event_id = {}) const;

    const Options& options() const { return options_; }

    /// Waits are cut short when `fd` becomes readable.
    void set_interrupt(int fd) { options_.interrupt_fd = fd; }

  private:
    struct Answered {
        Connection connection;
        Document document;
    };

    Result<Answered> exchange(const Call& request, std::string_view fields) const;
    Result<Connection> send(const Call& request, std::string_view fields, const Deadline&) const;

    Options options_;
};

/// Writes a path segment or query value: everything but letters, digits and "-._~" as %XX.
std::string encode_segment(std::string_view text);

} // namespace changer::client
