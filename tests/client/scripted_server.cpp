// SPDX-License-Identifier: Apache-2.0
#include "client/scripted_server.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <filesystem>
#include <stdexcept>

namespace changer::test {
namespace {

/// Reads a request: its head, and as much body as the head announces.
std::string receive_request(int fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    std::size_t wanted = std::string::npos;
    while (text.size() < wanted) {
        const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        const auto head = text.find("\r\n\r\n");
        if (head == std::string::npos)
            continue;
        const auto length = text.find("Content-Length: ");
        wanted = head + 4 + (length < head ? std::stoul(text.substr(length + 16)) : 0);
    }
    return text;
}

} // namespace

ScriptedServer::ScriptedServer(Handler handler)
    : handler_(std::move(handler)) {
    directory_ = std::filesystem::temp_directory_path() / "changer-server-XXXXXX";
    if (::mkdtemp(directory_.data()) == nullptr)
        throw std::runtime_error("no temporary directory");
    path_ = directory_ + "/s";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path)
        throw std::runtime_error("the temporary directory's name is too long");
    ::memcpy(address.sun_path, path_.data(), path_.size());
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    std::array<int, 2> ends{-1, -1};
    if (::bind(listener_.get(), generic, sizeof address) != 0 ||
        ::listen(listener_.get(), 16) != 0 || ::pipe(ends.data()) != 0)
        throw std::runtime_error("no socket to listen on");
    stop_reader_.reset(ends[0]);
    stop_writer_.reset(ends[1]);
    thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
    stop_writer_.reset();
    thread_.join();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::vector<std::string> ScriptedServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void ScriptedServer::serve() {
    while (true) {
        std::array<pollfd, 2> watched{pollfd{listener_.get(), POLLIN, 0},
                                      pollfd{stop_reader_.get(), POLLIN, 0}};
        if (::poll(watched.data(), watched.size(), -1) < 0 || watched[1].revents != 0)
            return;
        answer(UniqueFd(::accept(listener_.get(), nullptr, nullptr)));
    }
}

void ScriptedServer::answer(UniqueFd connection) {
    const std::string request = receive_request(connection.get());
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
    }
    const Reply reply = handler_(request);
    std::string_view rest = reply.bytes;
    while (!rest.empty()) {
        const auto sent = ::send(connection.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (reply.hold)
        held_.push_back(std::move(connection));
}

std::string json_answer(const std::string& body, const std::string& status) {
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        status,
        body.size(),
        body);
}

std::string
problem_answer(const std::string& status, const std::string& code, const std::string& detail) {
    return json_answer(
        fmt::format(R"({{"type":"urn:changer:problem:{0}","title":"{0}","status":{1},)"
                    R"("detail":"{2}","code":"{0}","sense":null}})",
                    code,
                    status.substr(0, 3),
                    detail),
        status);
}

} // namespace changer::test
