// SPDX-License-Identifier: Apache-2.0
#include "listen.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace changer::daemon {
namespace {

constexpr int first_activated_fd = 3; // SD_LISTEN_FDS_START

std::optional<UniqueFd> activated_socket() {
    const char* pid = std::getenv("LISTEN_PID");   // NOLINT(concurrency-mt-unsafe): nobody sets it
    const char* count = std::getenv("LISTEN_FDS"); // NOLINT(concurrency-mt-unsafe): nor this
    if (pid == nullptr || count == nullptr || std::to_string(::getpid()) != pid)
        return std::nullopt;
    if (std::atoi(count) < 1)
        return std::nullopt;
    ::fcntl(first_activated_fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(first_activated_fd, F_SETFL, ::fcntl(first_activated_fd, F_GETFL) | O_NONBLOCK);
    return UniqueFd(first_activated_fd);
}

UniqueFd unix_socket() {
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// The form in which the socket calls take an address.
const sockaddr* generic(const sockaddr_un& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

/// Tells whether somebody accepts connections at `address`.
bool answers(const sockaddr_un& address) {
    const UniqueFd probe = unix_socket();
    const int connected = ::connect(probe.get(), generic(address), sizeof(address));
    return connected == 0 || errno == EAGAIN; // EAGAIN: its backlog is full, so it is there
}

Error cannot_listen(const std::string& path, int reason) {
    std::string advice;
    if (reason == ENOENT)
        advice = "; make its directory, or set `socket` in the configuration";
    else if (reason == EACCES || reason == EPERM || reason == EROFS)
        advice = fmt::format("; let uid {} write in its directory, or set `socket`", ::geteuid());
    return Error{
        Code::failed,
        fmt::format(
            "cannot listen at {}: {}{}", path, std::generic_category().message(reason), advice)};
}

/// What bind() and getsockname() take for TCP, of either family.
union TcpSocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

std::uint16_t port_of(int fd) {
    TcpSocketAddress own{};
    socklen_t size = sizeof(own);
    if (::getsockname(fd, &own.any, &size) != 0)
        return 0;
    return ntohs(own.any.sa_family == AF_INET ? own.v4.sin_port : own.v6.sin6_port);
}

} // namespace

Result<TcpAddress> parse_tcp_address(std::string_view text) {
    TcpAddress address;
    for (const auto& known : {std::pair{"127.0.0.1:", "127.0.0.1"}, std::pair{"[::1]:", "::1"}})
        if (text.starts_with(known.first)) {
            address.address = known.second;
            text.remove_prefix(std::string_view(known.first).size());
            break;
        }
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), address.port);
    if (address.address.empty() || parsed.ec != std::errc{} ||
        parsed.ptr != text.data() + text.size())
        return Error{Code::invalid_parameter,
                     "must be 127.0.0.1:PORT or [::1]:PORT: the API is for this machine alone"};
    return address;
}

Result<ListeningSocket> open_tcp_socket(const TcpAddress& address) {
    const auto failed = [&](int reason) {
        return Error{Code::failed,
                     fmt::format("cannot listen at {} port {}: {}; set another `tcp_listen`",
                                 address.address,
                                 address.port,
                                 std::generic_category().message(reason))};
    };
    const bool v6 = address.address == "::1";
    TcpSocketAddress own{};
    socklen_t size = sizeof(own.v4);
    if (v6) {
        own.v6.sin6_family = AF_INET6;
        own.v6.sin6_port = htons(address.port);
        own.v6.sin6_addr = in6addr_loopback;
        size = sizeof(own.v6);
    } else {
        own.v4.sin_family = AF_INET;
        own.v4.sin_port = htons(address.port);
        own.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    UniqueFd fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        ::bind(fd.get(), &own.any, size) != 0 || ::listen(fd.get(), SOMAXCONN) != 0)
        return failed(errno);
    const std::uint16_t port = port_of(fd.get());
    return ListeningSocket{.fd = std::move(fd), .tcp_port = port};
}

Result<ListeningSocket> open_listening_socket(const std::string& path) {
    if (auto fd = activated_socket())
        return ListeningSocket{.fd = std::move(*fd)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        return cannot_listen(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    UniqueFd fd = unix_socket();
    if (!fd)
        return cannot_listen(path, errno);
    const auto bind = [&] { return ::bind(fd.get(), generic(address), sizeof(address)); };
    if (bind() != 0) {
        if (errno != EADDRINUSE)
            return cannot_listen(path, errno);

        struct stat file {};

        if (::lstat(path.c_str(), &file) == 0 && !S_ISSOCK(file.st_mode))
            return Error{Code::failed, fmt::format("{} is there and is not a socket", path)};
        if (answers(address))
            return Error{Code::busy, fmt::format("another daemon answers at {}", path)};
        ::unlink(path.c_str());
        if (bind() != 0)
            return cannot_listen(path, errno);
    }
    if (::chmod(path.c_str(), 0666) != 0 || ::listen(fd.get(), SOMAXCONN) != 0)
        return cannot_listen(path, errno);
    return ListeningSocket{.fd = std::move(fd), .unlink_path = path};
}

} // namespace changer::daemon
