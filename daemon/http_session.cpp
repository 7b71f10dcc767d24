// SPDX-License-Identifier: Apache-2.0
// The one file that includes Beast. Sessions are values of the loop: no locks, no threads.
#include "http_session.hpp"

#include "http_head.hpp"
#include "problem.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace changer::daemon {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Socket = HttpSession::Socket;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t head_chunk_bytes = std::size_t{2} * 1024;
constexpr std::size_t stream_chunk_bytes = std::size_t{16} * 1024;

std::string_view reason_phrase(int status) {
    const auto phrase = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
    return {phrase.data(), phrase.size()};
}

std::string head_of(const HttpResponse& response, bool keep_alive) {
    std::string head =
        fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nCache-Control: no-store\r\n",
                    response.status,
                    reason_phrase(response.status),
                    response.content_type);
    for (const auto& header : response.headers)
        head += fmt::format("{}: {}\r\n", header.first, header.second);
    if (!response.stream)
        head += fmt::format("Content-Length: {}\r\n", response.body.size());
    head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return head;
}

HttpResponse refused(error_code error) {
    const auto is = [&](http::error e) { return error == http::make_error_code(e); };
    if (is(http::error::body_limit))
        return problem({Code::invalid_parameter, "the body is larger than 64 KiB"}, 413);
    if (is(http::error::header_limit))
        return problem({Code::invalid_parameter, "the head is larger than 8 KiB"}, 431);
    return problem({Code::invalid_parameter, "not an HTTP request: " + error.message()});
}

std::optional<std::string> field(const Parser& parser, std::string_view name) {
    const auto found = parser.get().find(boost::beast::string_view{name.data(), name.size()});
    if (found == parser.get().end())
        return std::nullopt;
    return std::string(found->value());
}

/// One connection: request, response, and again; or one stream until its reader leaves.
class Session final : public HttpSession, public std::enable_shared_from_this<Session> {
  public:
    Session(Socket socket, Peer peer, Shared shared, Owner on_close)
        : socket_(std::move(socket))
        , timer_(socket_.get_executor())
        , peer_(std::move(peer))
        , shared_(shared)
        , on_close_(std::move(on_close))
        , buffer_(shared.limits->head_bytes) {}

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    ~Session() override {
        if (on_close_) // nobody ever replied
            on_close_(*this);
    }

    void start() override { read_head(); }

    ClientConnection& connection() override { return *connection_; }

    void turn_away(HttpResponse response) override { respond(std::move(response), false); }

    void wake() override {
        if (stream_ && !writing_)
            write_events();
    }

    void close() override {
        if (std::exchange(closed_, true))
            return;
        error_code ignored;
        timer_.cancel();
        socket_.shutdown(Socket::shutdown_both, ignored);
        socket_.close(ignored);
        if (on_close_)
            std::exchange(on_close_, nullptr)(*this);
        connection_->close();
    }

    void end() override {
        connection_->forget();
        close();
    }

  private:
    /// Calls `expired` unless it is armed again, or disarmed, within `duration`.
    template <class F>
    void arm(std::chrono::milliseconds duration, F expired) {
        timer_.expires_after(duration);
        timer_.async_wait([self = shared_from_this(), expired, armed = ++armed_](error_code error) {
            if (!error && armed == self->armed_ && !self->closed_)
                expired(*self);
        });
    }

    void disarm() {
        ++armed_;
        timer_.cancel();
    }

    void arm_request_deadline() {
        timed_out_ = false;
        arm(shared_.limits->request, [](Session& self) {
            self.timed_out_ = true;
            error_code ignored;
            self.socket_.cancel(ignored); // the pending read ends and answers
        });
    }

    void wait_for_request() {
        if (buffer_.size() > 0)
            return read_head();
        arm_idle();
        socket_.async_wait(Socket::wait_read, [self = shared_from_this()](error_code error) {
            if (error)
                return self->close();
            self->read_head();
        });
    }

    void arm_idle() {
        arm(shared_.limits->idle, [](Session& self) {
            if (self.connection_->held())
                return self.arm_idle();
            self.close();
        });
    }

    /// Sees a client that goes while its request is being worked on or answered; one that goes
    /// between two requests is seen by the wait for the next. Bytes to be read do not end this
    /// wait.
    void watch_client() {
        if (std::exchange(watching_, true))
            return;
        socket_.async_wait(Socket::wait_error,
                           [self = shared_from_this()](error_code) { self->close(); });
    }

    void read_head() {
        arm_request_deadline();
        read_more_head();
    }

    void read_more_head() {
        const std::string_view seen(static_cast<const char*>(buffer_.data().data()),
                                    buffer_.size());
        const std::size_t end = seen.find("\r\n\r\n");
        if (end != seen.npos)
            return on_head(seen.substr(0, end + 4));
        const std::size_t room = shared_.limits->head_bytes - buffer_.size();
        if (room == 0)
            return refuse(refused(http::make_error_code(http::error::header_limit)));
        socket_.async_read_some(buffer_.prepare(std::min(room, head_chunk_bytes)),
                                [self = shared_from_this()](error_code error, std::size_t length) {
                                    if (self->closed_)
                                        return;
                                    if (self->timed_out_)
                                        return self->time_out();
                                    if (error)
                                        return self->close();
                                    self->buffer_.commit(length);
                                    self->read_more_head();
                                });
    }

    void on_head(std::string_view head) {
        if (const auto reason = head_problem(head))
            return refuse(problem({Code::invalid_parameter, *reason}));
        read_body(head.find("\r\nExpect:") != head.npos || head.find("\r\nexpect:") != head.npos);
    }

    void read_body(bool expects_continue) {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(shared_.limits->head_bytes));
        parser_->body_limit(shared_.limits->body_bytes);
        if (expects_continue) {
            constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
            // A client that does not take 25 bytes now gets on without them.
            ::send(socket_.native_handle(),
                   interim.data(),
                   interim.size(),
                   MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        http::async_read(
            socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
                self->on_request(error);
            });
    }

    void on_request(error_code error) {
        if (closed_)
            return;
        if (timed_out_)
            return time_out();
        if (error == http::error::partial_message || error == http::error::end_of_stream)
            return close();
        if (error.category() == http::make_error_code(http::error::end_of_stream).category())
            return refuse(refused(error));
        if (error)
            return close();
        disarm();
        const auto& message = parser_->get();
        const auto target = decode_target({message.target().data(), message.target().size()});
        if (!target)
            return refuse(problem(target.error()));
        HttpRequest request{.method = std::string(message.method_string()),
                            .path = target->path,
                            .query = target->query,
                            .content_type = field(*parser_, "Content-Type"),
                            .idempotency_key = field(*parser_, "Idempotency-Key"),
                            .last_event_id = field(*parser_, "Last-Event-ID"),
                            .host = field(*parser_, "Host"),
                            .origin = field(*parser_, "Origin"),
                            .authorization = field(*parser_, "Authorization"),
                            .if_match = field(*parser_, "If-Match"),
                            .body = message.body(),
                            .peer = peer_,
                            .keep_alive = parser_->keep_alive(),
                            .connection = connection_};
        const bool keep_alive = request.keep_alive;
        parser_.reset();
        shared_.handler->handle(std::move(request),
                                [self = shared_from_this(), keep_alive](HttpResponse response) {
                                    self->respond(std::move(response), keep_alive);
                                });
    }

    void time_out() {
        refuse(problem({Code::invalid_parameter, "the request did not arrive in time"}, 408));
    }

    /// Answers what cannot be read on from: the connection ends.
    void refuse(HttpResponse response) { respond(std::move(response), false); }

    void respond(HttpResponse response, bool keep_alive) {
        if (closed_)
            return;
        if (connection_->held())
            watch_client();
        const bool stream = response.stream.has_value();
        if (stream)
            response.content_type = "text/event-stream";
        out_head_ = head_of(response, keep_alive && !stream);
        out_body_ = stream ? std::string(": events follow\n\n") : std::move(response.body);
        if (stream)
            return start_stream(std::move(*response.stream));
        write(shared_.limits->stall, [keep_alive](Session& self) {
            if (!keep_alive)
                return self.linger();
            self.wait_for_request();
        });
    }

    /// Ends the connection so that its last response arrives: a client that is still sending would
    /// lose it to the reset of a socket closed under it. What it sends is not looked at.
    void linger() {
        error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
        buffer_.consume(buffer_.size());
        arm(shared_.limits->linger, [](Session& self) { self.close(); });
        drain(shared_.limits->linger_bytes);
    }

    void drain(std::size_t room) {
        socket_.async_read_some(
            buffer_.prepare(std::min(shared_.limits->head_bytes, head_chunk_bytes)),
            [self = shared_from_this(), room](error_code error, std::size_t length) {
                if (error || length >= room)
                    return self->close();
                self->drain(room - length);
            });
    }

    /// Writes out_head_ and out_body_; a reader that takes nothing for `stall` is cut.
    template <class F>
    void write(std::chrono::milliseconds stall, F done) {
        writing_ = true;
        const auto cut = [](Session& self) { self.close(); };
        arm(stall, cut);
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(out_head_),
                                                        asio::buffer(out_body_)};
        auto self = shared_from_this();
        asio::async_write(
            socket_,
            buffers,
            [self, stall, cut](error_code error, std::size_t) -> std::size_t {
                if (error || self->closed_)
                    return 0;
                self->arm(stall, cut); // progress
                return stream_chunk_bytes * 4;
            },
            [self, done](error_code error, std::size_t) {
                self->writing_ = false;
                self->disarm();
                if (error || self->closed_)
                    return self->close();
                done(*self);
            });
    }

    void start_stream(EventStream stream) {
        const auto position = shared_.events->resume(stream.last_event_id);
        position_ = position.value_or(shared_.events->newest());
        if (!position)
            out_body_ += shared_.events->overflow();
        stream_ = std::move(stream);
        watch_reader();
        write(shared_.limits->stream_stall, [](Session& self) { self.write_events(); });
    }

    /// A reader of a stream has nothing more to say: anything it sends, an end too, ends it.
    void watch_reader() {
        socket_.async_wait(Socket::wait_read,
                           [self = shared_from_this()](error_code) { self->close(); });
    }

    void write_events() {
        if (closed_)
            return;
        out_head_.clear();
        out_body_.clear();
        if (shared_.events->lost(position_)) {
            out_body_ = shared_.events->overflow();
            position_ = shared_.events->newest();
        }
        while (out_body_.size() < stream_chunk_bytes) {
            const StreamEvent* event = shared_.events->next(position_);
            if (event == nullptr)
                break;
            if (!stream_->visible || stream_->visible(*event))
                out_body_ += event->text;
            position_ = event->number;
        }
        if (out_body_.empty())
            return arm(shared_.limits->ping, [](Session& self) {
                self.out_body_ = ": ping\n\n";
                self.send_events();
            });
        send_events();
    }

    void send_events() {
        write(shared_.limits->stream_stall, [](Session& self) { self.write_events(); });
    }

    Socket socket_;
    asio::steady_timer timer_;
    Peer peer_;
    Shared shared_;
    Owner on_close_;
    std::shared_ptr<ClientConnection> connection_ = std::make_shared<ClientConnection>();
    boost::beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    std::string out_head_;
    std::string out_body_;
    std::optional<EventStream> stream_;
    std::uint64_t position_ = 0;
    std::uint64_t armed_ = 0;
    bool timed_out_ = false;
    bool writing_ = false;
    bool watching_ = false;
    bool closed_ = false;
};

} // namespace

std::shared_ptr<HttpSession>
HttpSession::make(Socket socket, Peer peer, Shared shared, Owner on_close) {
    return std::make_shared<Session>(
        std::move(socket), std::move(peer), shared, std::move(on_close));
}

} // namespace changer::daemon
