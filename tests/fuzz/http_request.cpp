// SPDX-License-Identifier: Apache-2.0
// What a client sends on one connection, through everything that reads it: the session with its
// limits, heads, targets, routes, the gate of tokens, bodies and what they ask for.
#include "daemon/api.hpp"
#include "daemon/http_session.hpp"
#include "daemon/loop.hpp"
#include "daemon/request_body.hpp"
#include "daemon/token_gate.hpp"
#include "fuzz/fuzz.hpp"
#include "jobs/job.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

using namespace changer;
using namespace changer::daemon;

namespace {

/// The API of a daemon without libraries, and the bodies read as for one that has some.
class Everything final : public HttpHandler {
  public:
    void handle(HttpRequest request, Reply reply) override {
        ++requests;
        if (const auto body = request_body(request)) {
            if (const auto job = jobs::parse_job_request(*body))
                fuzz::require(jobs::arguments_to_json(*job).is_object());
            (void)answer_in(*body);
        }
        HttpRequest over_tcp = request;
        over_tcp.host = request.host.value_or("localhost:1");
        int told = 0;
        gate_.handle(std::move(over_tcp), [&](const HttpResponse& response) {
            ++told;
            fuzz::require(response.status != 202);
        });
        api_.handle(std::move(request), [&](HttpResponse response) {
            ++told;
            fuzz::require(response.status == 200 ||
                          (response.status >= 400 && response.status < 500));
            fuzz::require(response.status == 200 ||
                          response.content_type == "application/problem+json");
            reply(std::move(response));
        });
        fuzz::require(told == 2);
    }

    int requests = 0;

  private:
    Runners runners_;
    Access access_{0};
    ManualClock clock_;
    Api api_{runners_, access_, clock_};
    TokenGate gate_{api_, {}, 1};
};

/// Returns what the server sent, and checks that each response has a head of ours.
std::size_t read_responses(int fd) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t got = 0; (got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    fuzz::require(text.empty() || text.starts_with("HTTP/1.1 "));
    return text.size();
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Loop loop;
    static EventRing events("run");
    static const HttpLimits limits{};
    if (size > std::size_t{100} * 1024)
        return 0; // more than a socket takes at once
    Everything everything;
    std::array<int, 2> ends{};
    fuzz::require(
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
    HttpSession::Socket socket(loop.context());
    socket.assign(boost::asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
    bool closed = false;
    const auto session = HttpSession::make(std::move(socket),
                                           {.uid = 0, .gid = 0},
                                           {&everything, &events, &limits},
                                           [&](HttpSession&) { closed = true; });
    session->start();
    fuzz::require(::send(ends[1], data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size));
    ::shutdown(ends[1], SHUT_WR);
    while (loop.context().poll() > 0) {
    }
    const std::size_t answered = read_responses(ends[1]);
    fuzz::require(everything.requests == 0 || answered > 0);
    session->end();
    ::close(ends[1]);
    while (loop.context().poll() > 0) { // what was cancelled ends
    }
    fuzz::require(closed);
    return 0;
}
