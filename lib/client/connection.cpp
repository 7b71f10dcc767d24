// SPDX-License-Identifier: Apache-2.0
#include "client/connection.hpp"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

namespace changer::client {
namespace {

std::string reason(int error_number) {
    return std::generic_category().message(error_number);
}

Error lost(int error_number) {
    return {Code::unreachable, "the connection to the daemon was lost: " + reason(error_number)};
}

int poll_milliseconds(const Deadline& deadline) {
    if (!deadline.at)
        return -1;
    const auto left = (*deadline.at - BootClock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

/// Waits until `fd` is ready for `events`.
Result<void> wait_for(int fd, short events, const Deadline& deadline) {
    std::array<pollfd, 2> watched{pollfd{fd, events, 0}, pollfd{deadline.interrupt_fd, POLLIN, 0}};
    while (true) {
        const int ready = ::poll(watched.data(), watched.size(), poll_milliseconds(deadline));
        if (ready < 0 && errno != EINTR)
            return lost(errno);
        if (ready > 0 && watched[1].revents != 0)
            return Error{Code::interrupted, "interrupted"};
        if (ready > 0)
            return {};
        if (deadline.passed())
            return Error{Code::wait_timeout, "the daemon did not answer in time"};
    }
}

Error connect_error(const std::string& path, int error_number) {
    if (error_number == EACCES || error_number == EPERM)
        return {Code::access_denied, "no permission to connect to " + path};
    if (error_number == ENOENT)
        return {Code::unreachable, path + " does not exist: changerd does not run"};
    if (error_number == ECONNREFUSED)
        return {Code::unreachable, "nobody listens on " + path + ": changerd does not run"};
    return {Code::unreachable, "cannot connect to " + path + ": " + reason(error_number)};
}

} // namespace

Deadline Deadline::within(std::chrono::milliseconds duration) const {
    const auto earlier = BootClock::now() + duration;
    return {at ? std::min(*at, earlier) : earlier, interrupt_fd};
}

bool is_readable(int fd) {
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
}

Result<void> pause_until(const Deadline& deadline) {
    auto waited = wait_for(-1, 0, deadline);
    const bool interrupted = !waited && waited.error().code == Code::interrupted;
    return interrupted ? waited : Result<void>();
}

Result<Connection> Connection::open(const std::string& socket_path, const Deadline& deadline) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path)
        return Error{Code::usage, "\"" + socket_path + "\" is no path of a unix socket"};
    ::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd)
        return connect_error(socket_path, errno);
    // The address is a sockaddr by the contract of connect(2).
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    while (::connect(fd.get(), generic, sizeof address) != 0) {
        if (errno == EISCONN)
            break;
        // A unix socket answers EAGAIN when the queue of the listener is full: nothing to poll for.
        if (errno != EAGAIN && errno != EINTR)
            return connect_error(socket_path, errno);
        auto waited = pause_until(deadline.within(std::chrono::milliseconds{20}));
        if (!waited)
            return std::move(waited).error();
        if (deadline.passed())
            return Error{Code::wait_timeout,
                         "changerd does not accept connections on " + socket_path};
    }
    return Connection(std::move(fd));
}

Result<void> Connection::send(std::string_view bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return lost(errno);
        if (auto ready = wait_for(fd_.get(), POLLOUT, deadline); !ready)
            return ready;
    }
    return {};
}

Result<std::string> Connection::receive(const Deadline& deadline) {
    std::array<char, std::size_t{16} * 1024> buffer{};
    while (true) {
        if (auto ready = wait_for(fd_.get(), POLLIN, deadline); !ready)
            return std::move(ready).error();
        const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (got >= 0)
            return std::string(buffer.data(), static_cast<std::size_t>(got));
        if (errno != EAGAIN && errno != EINTR)
            return lost(errno);
    }
}

} // namespace changer::client
