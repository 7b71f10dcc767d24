// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/target.hpp"

#include "sim/iscsi/connection.hpp"
#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace changer::sim::iscsi {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_connections = 64;
constexpr std::size_t most_unsent = 1 << 20; ///< then nothing more is read from this initiator
constexpr auto login_time = 15s;

/// A socket address of either family.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    sockaddr* get() { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
};

SocketAddress to_socket_address(const ListenAddress& address) {
    SocketAddress result;
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, address.host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(address.port);
        std::memcpy(&result.storage, &four, sizeof four);
        result.length = sizeof four;
    } else {
        inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr);
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(address.port);
        std::memcpy(&result.storage, &six, sizeof six);
        result.length = sizeof six;
    }
    return result;
}

bool is_loopback(const std::string& host) {
    in_addr four{};
    in6_addr six{};
    if (inet_pton(AF_INET, host.c_str(), &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host.c_str(), &six) == 1 &&
           std::memcmp(&six, &in6addr_loopback, sizeof six) == 0;
}

std::string written(const ListenAddress& address) {
    const bool six = address.host.find(':') != std::string::npos;
    return six ? fmt::format("[{}]:{}", address.host, address.port)
               : fmt::format("{}:{}", address.host, address.port);
}

/// One accepted connection.
class Accepted final : public Source {
  public:
    Accepted(UniqueFd fd,
             Library& library,
             const Clock& clock,
             TargetName name,
             std::shared_ptr<std::size_t> count)
        : fd_(std::move(fd))
        , clock_(clock)
        , since_(clock.now().steady)
        , connection_(library, std::move(name))
        , count_(std::move(count)) {
        ++*count_;
    }

    ~Accepted() override { --*count_; }

    int fd() const override { return fd_.get(); }

    short events() const override {
        const auto unsent = unsent_;
        const bool read = connection_.state() == Connection::State::open && unsent < most_unsent;
        return static_cast<short>((read ? POLLIN : 0) | (unsent > 0 ? POLLOUT : 0));
    }

    void ready(Loop&, short events) override {
        if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
            read();
        connection_.tick();
        write();
    }

    void tick() override {
        connection_.tick();
        write();
        if (!connection_.logged_in() && clock_.now().steady - since_ > login_time)
            gone_ = true;
    }

    bool over() const override {
        return gone_ || connection_.state() == Connection::State::dropped ||
               (connection_.state() == Connection::State::finishing && unsent_ == 0);
    }

  private:
    void read() {
        std::array<std::byte, 16384> buffer;
        const auto length = recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (length > 0)
            connection_.receive(std::span(buffer).first(static_cast<std::size_t>(length)));
        else if (length == 0 || (errno != EAGAIN && errno != EINTR))
            gone_ = true;
    }

    void write() {
        Bytes& output = connection_.output();
        if (!output.empty() && connection_.state() != Connection::State::dropped) {
            const auto length = send(fd_.get(), output.data(), output.size(), MSG_NOSIGNAL);
            if (length > 0)
                output.erase(output.begin(), output.begin() + length);
            else if (errno != EAGAIN && errno != EINTR)
                gone_ = true;
        }
        unsent_ = output.size();
    }

    UniqueFd fd_;
    const Clock& clock_;
    SteadyTime since_;
    Connection connection_;
    std::shared_ptr<std::size_t> count_;
    std::size_t unsent_ = 0;
    bool gone_ = false;
};

class Listener final : public Source {
  public:
    Listener(UniqueFd fd, Library& library, const Clock& clock, TargetName name)
        : fd_(std::move(fd))
        , library_(library)
        , clock_(clock)
        , name_(std::move(name)) {}

    int fd() const override { return fd_.get(); }

    short events() const override { return POLLIN; }

    void ready(Loop& loop, short) override {
        UniqueFd accepted(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!accepted || *connections_ >= most_connections)
            return;
        const int on = 1;
        setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        loop.add(
            std::make_unique<Accepted>(std::move(accepted), library_, clock_, name_, connections_));
    }

  private:
    UniqueFd fd_;
    Library& library_;
    const Clock& clock_;
    TargetName name_;
    std::shared_ptr<std::size_t> connections_ = std::make_shared<std::size_t>(0);
};

} // namespace

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
    const auto bad = Error{Code::invalid_parameter,
                           fmt::format("\"{}\" is no loopback address with a port: 127.0.0.1:3260, "
                                       "[::1]:3260, or port 0 for any",
                                       text)};
    const auto colon = text.rfind(':');
    if (colon == text.npos)
        return bad;
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    const auto port = to_number(text.substr(colon + 1), 0xFFFF);
    ListenAddress address{.host = std::string(host)};
    if (!port || !is_loopback(address.host))
        return bad;
    address.port = static_cast<std::uint16_t>(*port);
    return address;
}

Result<Target> Target::listen(Loop& loop,
                              Library& library,
                              const Clock& clock,
                              const ListenAddress& address,
                              std::string_view name) {
    const auto failed = [&](std::string_view what) {
        return Error{
            Code::failed,
            fmt::format(
                "{}: {}: {}", written(address), what, std::generic_category().message(errno))};
    };
    auto bound = to_socket_address(address);
    UniqueFd fd(socket(bound.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd)
        return failed("socket");
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd.get(), bound.get(), bound.length) != 0)
        return failed("bind");
    if (::listen(fd.get(), 16) != 0)
        return failed("listen");
    Target target;
    target.address_ = address;
    target.name_ = name;
    bound.length = sizeof bound.storage;
    if (getsockname(fd.get(), bound.get(), &bound.length) != 0)
        return failed("getsockname");
    sockaddr_in port{}; // both families have the port at the same place
    std::memcpy(&port, &bound.storage, sizeof port);
    target.address_.port = ntohs(port.sin_port);
    loop.add(std::make_unique<Listener>(
        std::move(fd), library, clock, TargetName{target.name_, written(target.address_)}));
    return target;
}

std::string Target::url(std::uint64_t lun) const {
    return fmt::format("iscsi://{}/{}/{}", written(address_), name_, lun);
}

} // namespace changer::sim::iscsi
