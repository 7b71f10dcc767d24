// SPDX-License-Identifier: Apache-2.0
// What one client sends on one connection, through the server's own session and all that looks at a
// request before a library does.
#include "event_ring.hpp"
#include "fuzz/fuzz.hpp"
#include "http_session.hpp"
#include "idempotency.hpp"
#include "jobs/job.hpp"
#include "problem.hpp"
#include "request_body.hpp"

#include <boost/asio/io_context.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

using namespace changer;
using namespace changer::daemon;

namespace {

/// Answers with what the request would come to, as far as no library is asked.
class Handler final : public HttpHandler {
  public:
    void handle(HttpRequest request, Reply reply) override {
        fuzz::require(!request.method.empty());
        fuzz::require(request.body.size() <= HttpLimits{}.body_bytes);
        for (const std::string& segment : request.path)
            fuzz::require(segment.size() <= HttpLimits{}.head_bytes);
        if (request.path == std::vector<std::string>{"v1", "events"}) {
            HttpResponse response;
            response.stream = EventStream{request.last_event_id, {}};
            return reply(std::move(response));
        }
        const auto body = request_body(request);
        if (!body)
            return reply(problem(body.error()));
        const auto job = jobs::parse_job_request(*body);
        const auto answer = answer_in(*body);
        if (!job)
            return reply(problem(answer ? Error{Code::failed, "an answer"} : job.error()));
        // What was understood is written and read as the same.
        auto again = jobs::arguments_to_json(*job);
        again["operation"] = jobs::name(job->operation);
        fuzz::require(!again.is_discarded());
        reply({.status = 202});
    }
};

/// How many answers there are in what a client received; each has to be whole but the last.
std::size_t answers(std::string_view received) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < received.size(); ++count) {
        const auto rest = received.substr(at);
        if (rest.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) {
            at += std::string_view("HTTP/1.1 100 Continue\r\n\r\n").size();
            continue;
        }
        fuzz::require(rest.starts_with("HTTP/1.1 "));
        const std::size_t head = rest.find("\r\n\r\n");
        fuzz::require(head != rest.npos);
        if (rest.find("text/event-stream") < head)
            return count + 1;
        constexpr std::string_view name = "\r\nContent-Length: ";
        const std::size_t length = rest.find(name);
        fuzz::require(length < head);
        at += head + 4 + std::stoul(std::string(rest.substr(length + name.size(), 20)));
        fuzz::require(at <= received.size());
    }
    return count;
}

std::string receive(int fd) {
    std::string received;
    std::array<char, 65536> piece{};
    for (ssize_t length = 0; (length = ::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT)) > 0;)
        received.append(piece.data(), static_cast<std::size_t>(length));
    return received;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t longest =
        16 * 1024; // its answers fit the socket: nobody has to read them
    if (size > longest)
        return 0;
    static const HttpLimits limits;
    static EventRing events("1");
    static Handler handler;
    std::array<int, 2> ends{-1, -1};
    fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    fuzz::require(::send(ends[0], data, size, 0) == static_cast<ssize_t>(size));
    ::shutdown(ends[0], SHUT_WR);
    boost::asio::io_context loop;
    bool closed = false;
    HttpSession::make(HttpSession::Socket(loop, {AF_UNIX, 0}, ends[1]),
                      Peer{},
                      {&handler, &events, &limits},
                      [&](HttpSession&) { closed = true; })
        ->start();
    loop.run();
    fuzz::require(closed);
    answers(receive(ends[0]));
    ::close(ends[0]);
    return 0;
}
