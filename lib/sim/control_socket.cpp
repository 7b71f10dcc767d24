// SPDX-License-Identifier: Apache-2.0
#include "sim/control.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace changer::sim {
namespace {

constexpr std::size_t longest_request = 4096;

struct UnixAddress {
    sockaddr_un value{};

    sockaddr* get() { return static_cast<sockaddr*>(static_cast<void*>(&value)); }
};

std::optional<UnixAddress> unix_address(const std::string& path) {
    UnixAddress address;
    address.value.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.value.sun_path)
        return std::nullopt;
    std::memcpy(address.value.sun_path, path.c_str(), path.size() + 1);
    return address;
}

UniqueFd unix_socket(int flags) {
    return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

/// Whether somebody listens there.
bool alive(UnixAddress address) {
    const auto fd = unix_socket(0);
    return fd && connect(fd.get(), address.get(), sizeof address.value) == 0;
}

/// Source:  unix(7), SO_PEERCRED
bool may_control(int fd) {
    ucred peer{};
    socklen_t length = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

/// Words are separated by NUL on the socket, the request ends with a newline.
std::vector<std::string> split(std::string_view request) {
    std::vector<std::string> words;
    while (!request.empty()) {
        const auto end = std::min(request.find('\0'), request.size());
        words.emplace_back(request.substr(0, end));
        request.remove_prefix(std::min(end + 1, request.size()));
    }
    return words;
}

/// One request and its answer: "ok" or "error CODE TEXT", a newline, then what to print.
class ControlConnection final : public Source {
  public:
    ControlConnection(UniqueFd fd, Libraries libraries)
        : fd_(std::move(fd))
        , libraries_(libraries) {}

    int fd() const override { return fd_.get(); }

    short events() const override { return answer_ ? POLLOUT : POLLIN; }

    bool over() const override { return over_; }

    void ready(Loop& loop, short) override {
        if (!answer_)
            read(loop);
        else
            write();
    }

  private:
    void read(Loop& loop) {
        std::array<char, 1024> buffer;
        const auto length = recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (length <= 0) {
            over_ = length == 0 || (errno != EAGAIN && errno != EINTR);
            return;
        }
        request_.append(buffer.data(), static_cast<std::size_t>(length));
        over_ = request_.size() > longest_request;
        const auto end = request_.find('\n');
        if (over_ || end == std::string::npos)
            return;
        const auto words = split(std::string_view(request_).substr(0, end));
        const auto answer = control(libraries_, loop, words);
        answer_ =
            answer ? "ok\n" + *answer
                   : fmt::format("error {} {}\n", name(answer.error().code), answer.error().what);
        write();
    }

    void write() {
        const auto rest = std::string_view(*answer_).substr(written_);
        const auto length = send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (length > 0)
            written_ += static_cast<std::size_t>(length);
        else if (errno != EAGAIN && errno != EINTR)
            over_ = true;
        over_ = over_ || written_ == answer_->size();
    }

    UniqueFd fd_;
    Libraries libraries_;
    std::string request_;
    std::optional<std::string> answer_;
    std::size_t written_ = 0; ///< of the answer
    bool over_ = false;
};

class ControlListener final : public Source {
  public:
    ControlListener(UniqueFd fd, std::string path, Libraries libraries)
        : fd_(std::move(fd))
        , path_(std::move(path))
        , libraries_(libraries.begin(), libraries.end()) {}

    ~ControlListener() override { unlink(path_.c_str()); }

    int fd() const override { return fd_.get(); }

    short events() const override { return POLLIN; }

    void ready(Loop& loop, short) override {
        UniqueFd accepted(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted && may_control(accepted.get()))
            loop.add(std::make_unique<ControlConnection>(std::move(accepted), libraries_));
    }

  private:
    UniqueFd fd_;
    std::string path_;
    std::vector<Library*> libraries_;
};

Result<std::string> read_answer(int fd, const std::string& path) {
    std::string answer;
    std::array<char, 4096> buffer;
    ssize_t length = 0;
    while ((length = recv(fd, buffer.data(), buffer.size(), 0)) > 0)
        answer.append(buffer.data(), static_cast<std::size_t>(length));
    if (answer.starts_with("ok\n"))
        return answer.substr(3);
    const std::string_view rest(answer);
    const auto space = rest.find(' ', 6);
    if (!rest.starts_with("error ") || space == rest.npos)
        return Error{Code::unreachable, path + ": no answer"};
    return Error{code_from_name(rest.substr(6, space - 6)).value_or(Code::failed),
                 answer.substr(space + 1, answer.find('\n') - space - 1)};
}

} // namespace

Result<void> listen_for_control(Loop& loop, Libraries libraries, const std::string& path) {
    const auto failed = [&](std::string_view what) {
        return Error{Code::failed,
                     fmt::format("{}: {}: {}", path, what, std::generic_category().message(errno))};
    };
    auto address = unix_address(path);
    if (!address)
        return Error{Code::failed, path + ": not a path of at most 107 characters"};

    struct stat found {};

    if (lstat(path.c_str(), &found) == 0) {
        if (!S_ISSOCK(found.st_mode))
            return Error{Code::failed, path + ": there is something else than a socket"};
        if (alive(*address))
            return Error{Code::failed, path + ": another process listens there"};
        unlink(path.c_str());
    }
    auto fd = unix_socket(SOCK_NONBLOCK);
    if (!fd)
        return failed("socket");
    const auto mask = umask(0177); // bind creates the socket 0600 at once
    const bool bound = bind(fd.get(), address->get(), sizeof address->value) == 0;
    umask(mask);
    if (!bound)
        return failed("bind");
    if (listen(fd.get(), 16) != 0)
        return failed("listen");
    loop.add(std::make_unique<ControlListener>(std::move(fd), path, libraries));
    return {};
}

Result<std::string> request_control(const std::string& path, std::span<const std::string> words) {
    auto address = unix_address(path);
    const auto fd = unix_socket(0);
    if (!address || !fd || connect(fd.get(), address->get(), sizeof address->value) != 0)
        return Error{Code::unreachable, path + ": nobody listens there"};
    std::string request;
    for (const auto& word : words) {
        if (word.find('\n') != word.npos || word.find('\0') != word.npos)
            return Error{Code::usage, "a word with a line end in it"};
        request += word + '\0';
    }
    if (!request.empty())
        request.pop_back();
    request += '\n';
    if (request.size() > longest_request)
        return Error{Code::usage, "too many words"};
    if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
        return Error{Code::unreachable, path + ": the other side has gone"};
    return read_answer(fd.get(), path);
}

} // namespace changer::sim
