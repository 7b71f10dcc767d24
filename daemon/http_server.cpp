// SPDX-License-Identifier: Apache-2.0
#include "http_server.hpp"

#include "http_session.hpp"
#include "problem.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace changer::daemon {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

HttpResponse over_limit() {
    HttpResponse response =
        problem({Code::not_enough_memory, "too many connections; try again in a second"});
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

} // namespace

/// Everything the server owns; sessions keep it alive until the last of them is gone.
struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
    State(Loop& loop_, ListeningSocket socket_, HttpHandler& handler_, const EventRing& events_)
        : loop(&loop_)
        , handler(&handler_)
        , events(&events_)
        , acceptor(loop_.context())
        , retry(loop_.context())
        , tcp_port(socket_.tcp_port)
        , unlink_path(std::move(socket_.unlink_path)) {
        error_code ignored;
        acceptor.assign(asio::generic::stream_protocol(AF_UNIX, 0), socket_.fd.release(), ignored);
    }

    void accept();
    void admit(HttpSession::Socket socket);
    void admit_tcp(HttpSession::Socket socket);
    void turn_away(HttpSession::Socket socket, const Peer& peer);
    std::shared_ptr<HttpSession>
    add(HttpSession::Socket socket, const Peer& peer, std::function<void()> gone);

    Loop* loop;
    HttpHandler* handler;
    const EventRing* events;
    Acceptor acceptor;
    asio::steady_timer retry;
    std::uint16_t tcp_port;
    std::string unlink_path;
    HttpLimits limits;
    std::map<uid_t, std::size_t> of_user;
    std::set<HttpSession*> sessions; ///< those admitted and those turned away
    std::size_t admitted = 0;
    std::size_t unproved = 0; ///< of those admitted
    std::size_t turned_away = 0;
    bool stopped = false;
};

void HttpServer::State::accept() {
    acceptor.async_accept(
        [self = shared_from_this()](error_code error, HttpSession::Socket socket) {
            if (self->stopped)
                return;
            if (!error) {
                self->admit(std::move(socket));
                return self->accept();
            }
            // Out of descriptors: they come back when somebody leaves, not by trying at once.
            self->retry.expires_after(std::chrono::milliseconds{100});
            self->retry.async_wait([self](error_code cancelled) {
                if (!cancelled && !self->stopped)
                    self->accept();
            });
        });
}

void HttpServer::State::admit(HttpSession::Socket socket) {
    if (tcp_port != 0)
        return admit_tcp(std::move(socket));
    const auto peer = read_peer(socket.native_handle());
    if (!peer)
        return;
    const uid_t uid = peer->uid;
    const auto mine = of_user.find(uid);
    const std::size_t room = limits.connections - (uid == 0 ? 0 : limits.connections_kept_for_root);
    if (admitted >= room ||
        (mine != of_user.end() && mine->second >= limits.connections_of_one_user))
        return turn_away(std::move(socket), *peer);
    ++of_user[uid];
    ++admitted;
    add(std::move(socket), *peer, [this, uid] {
        --admitted;
        const auto share = of_user.find(uid);
        if (share != of_user.end() && --share->second == 0)
            of_user.erase(share);
    })->start();
}

/// Over TCP nobody is known by his connection; whoever proves a token leaves the few who have not.
void HttpServer::State::admit_tcp(HttpSession::Socket socket) {
    if (admitted >= limits.tcp_connections || unproved >= limits.unproved_connections)
        return turn_away(std::move(socket), {});
    ++admitted;
    ++unproved;
    const auto proved = std::make_shared<bool>(false);
    const auto session = add(std::move(socket), {}, [this, proved] {
        --admitted;
        if (!*proved)
            --unproved;
    });
    session->connection().on_proof([self = weak_from_this(), proved] {
        *proved = true;
        if (const auto state = self.lock())
            --state->unproved;
    });
    session->start();
}

/// Says why, as long as those who are being told are few: each costs a descriptor.
void HttpServer::State::turn_away(HttpSession::Socket socket, const Peer& peer) {
    if (turned_away >= limits.refusals)
        return;
    ++turned_away;
    add(std::move(socket), peer, [this] { --turned_away; })->turn_away(over_limit());
}

std::shared_ptr<HttpSession>
HttpServer::State::add(HttpSession::Socket socket, const Peer& peer, std::function<void()> gone) {
    auto session =
        HttpSession::make(std::move(socket),
                          peer,
                          {handler, events, &limits},
                          [self = shared_from_this(), gone = std::move(gone)](HttpSession& left) {
                              self->sessions.erase(&left);
                              gone();
                          });
    sessions.insert(session.get());
    return session;
}

HttpServer::HttpServer(Loop& loop,
                       ListeningSocket socket,
                       HttpHandler& handler,
                       const EventRing& events,
                       HttpLimits limits)
    : state_(std::make_shared<State>(loop, std::move(socket), handler, events)) {
    state_->limits = limits;
    state_->accept();
}

// NOLINTNEXTLINE(bugprone-exception-escape): only memory can be missing, and the process ends
HttpServer::~HttpServer() {
    stop();
}

void HttpServer::wake_streams() {
    const auto sessions = state_->sessions; // a session that ends leaves the set
    for (HttpSession* session : sessions)
        if (state_->sessions.count(session) > 0)
            session->wake();
}

void HttpServer::drop_connections() {
    const auto sessions = state_->sessions;
    for (HttpSession* session : sessions)
        if (state_->sessions.count(session) > 0)
            session->close();
}

void HttpServer::stop() {
    if (std::exchange(state_->stopped, true))
        return;
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->retry.cancel();
    const auto sessions = state_->sessions;
    for (HttpSession* session : sessions)
        if (state_->sessions.count(session) > 0)
            session->end();
    if (!state_->unlink_path.empty())
        ::unlink(state_->unlink_path.c_str());
}

std::size_t HttpServer::connections() const {
    return state_->sessions.size();
}

} // namespace changer::daemon
