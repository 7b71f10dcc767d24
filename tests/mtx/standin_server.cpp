// SPDX-License-Identifier: Apache-2.0

/// The other end of sg_standin: serves devices by path to the programs it is preloaded into. They
/// outlive those programs, as a library behind a kernel does. Told what to do on standard input,
/// one request a line; each answer is "ok LENGTH" or "error LENGTH", a newline, LENGTH bytes. Ends
/// with its standard input.
///
///     standin_server SOCKET
///
///     open PATH[:PATH...] URL [LIMIT]
///                            any URL of lib/open; transfers above LIMIT bytes fail with EINVAL
///     ctl PATH VERB...       a verb of changersim, where the URL is a simulated library
///     commands PATH          what was sent since asked last, a line each: CDB, bytes asked for,
///                            bytes transferred, status, sense key/ASC/ASCQ or -, timeout in ms
///     close PATH
#include "standin_device.hpp"
#include "support/unique_fd.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace changer;
using Words = std::vector<std::string>;
using Said = Result<std::string>;
using Devices = std::map<std::string, std::shared_ptr<standin::Device>, std::less<>>;

constexpr std::uint32_t most_bytes = 0x7FFF'FE00; // what BLKSECTGET says of a device without limit

Words split(std::string_view line, char between) {
    Words words;
    while (!line.empty()) {
        const auto end = std::min(line.find(between), line.size());
        if (end > 0)
            words.emplace_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

Said open_device(Devices& devices, const Words& words) {
    if (words.size() < 3)
        return Error{Code::usage, "open PATH URL [LIMIT]"};
    std::uint32_t limit = most_bytes;
    if (words.size() > 3) {
        const auto& text = words[3];
        if (std::from_chars(text.data(), text.data() + text.size(), limit).ec != std::errc{})
            return Error{Code::usage, text + ": not a number of bytes"};
    }
    auto device = standin::Device::open(words[2], limit);
    if (!device)
        return std::move(device).error();
    const std::shared_ptr<standin::Device> shared = *std::move(device);
    for (const auto& path : split(words[1], ':'))
        devices[path] = shared;
    return std::string();
}

Said obey(Devices& devices, const Words& words) {
    const std::string verb = words.empty() ? "" : words[0];
    if (verb == "open")
        return open_device(devices, words);
    const auto found = words.size() < 2 ? devices.end() : devices.find(words[1]);
    if (found == devices.end())
        return Error{Code::usage, "no such device, or not a request: open ctl commands close"};
    if (verb == "ctl")
        return found->second->control(std::span(words).subspan(2));
    if (verb == "commands")
        return found->second->take_commands();
    if (verb == "close") {
        std::erase_if(devices, [device = found->second](const auto& entry) {
            return entry.second == device; // under every path
        });
        return std::string();
    }
    return Error{Code::usage, verb + ": not a request"};
}

/// Obeys the whole lines of standard input; false when it has ended.
bool read_requests(Devices& devices, std::string& pending) {
    std::array<char, 4096> buffer;
    const auto length = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (length <= 0)
        return length < 0 && errno == EINTR;
    pending.append(buffer.data(), static_cast<std::size_t>(length));
    for (auto end = pending.find('\n'); end != pending.npos; end = pending.find('\n')) {
        const auto said = obey(devices, split(std::string_view(pending).substr(0, end), ' '));
        const auto text = said ? *said : to_string(said.error());
        fmt::print("{} {}\n{}", said ? "ok" : "error", text.size(), text);
        std::fflush(stdout);
        pending.erase(0, end + 1);
    }
    return true;
}

bool receive_whole(int fd, void* data, std::size_t length) {
    return length == 0 || recv(fd, data, length, MSG_WAITALL) == static_cast<ssize_t>(length);
}

bool send_whole(int fd, const void* data, std::size_t length) {
    return length == 0 || send(fd, data, length, MSG_NOSIGNAL) == static_cast<ssize_t>(length);
}

/// A program that has opened a device.
struct Client {
    UniqueFd fd;
    std::string path = {};
};

bool greet(const Devices& devices, Client& client) {
    standin::Hello hello;
    if (!receive_whole(client.fd.get(), &hello, sizeof hello))
        return false;
    hello.path.back() = '\0';
    client.path = hello.path.data();
    const auto found = devices.find(client.path);
    const standin::Welcome welcome =
        found == devices.end()
            ? standin::Welcome{.error = ENXIO}
            : standin::Welcome{.longest_transfer = found->second->longest_transfer()};
    return send_whole(client.fd.get(), &welcome, sizeof welcome) && welcome.error == 0;
}

bool serve(const Devices& devices, const Client& client) {
    standin::Call call;
    if (!receive_whole(client.fd.get(), &call, sizeof call) || call.length > standin::longest_data)
        return false;
    Bytes out(call.direction == standin::Direction::to_device ? call.length : 0);
    if (!receive_whole(client.fd.get(), out.data(), out.size()))
        return false;
    const auto found = devices.find(client.path);
    if (found == devices.end())
        return false;
    const auto served = found->second->serve(call, out);
    return send_whole(client.fd.get(), &served.answer, sizeof served.answer) &&
           send_whole(client.fd.get(), served.data.data(), served.data.size());
}

UniqueFd listen_at(const char* path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(path) >= sizeof address.sun_path)
        return UniqueFd();
    std::memcpy(address.sun_path, path, std::strlen(path));
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* const name = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (bind(fd.get(), name, sizeof address) != 0 || listen(fd.get(), 64) != 0)
        return UniqueFd();
    return fd;
}

/// Serves one round of what poll(2) found; true while a client stays.
bool serve_or_greet(const Devices& devices, Client& client) {
    return client.path.empty() ? greet(devices, client) : serve(devices, client);
}

void run(int listener) {
    Devices devices;
    std::vector<Client> clients;
    std::string pending;
    while (true) {
        std::vector<pollfd> polled{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                   {.fd = listener, .events = POLLIN, .revents = 0}};
        for (const auto& client : clients)
            polled.push_back({.fd = client.fd.get(), .events = POLLIN, .revents = 0});
        if (poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR)
            return;
        for (std::size_t i = clients.size(); i-- > 0;)
            if (polled[i + 2].revents != 0 && !serve_or_greet(devices, clients[i]))
                clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
        if (polled[1].revents != 0)
            clients.push_back({UniqueFd(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC))});
        if (polled[0].revents != 0 && !read_requests(devices, pending))
            return;
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: standin_server SOCKET\n");
        return 2;
    }
    const auto listener = listen_at(argv[1]);
    if (!listener) {
        fmt::print(stderr, "standin_server: {}: {}\n", argv[1], std::strerror(errno));
        return 1;
    }
    run(listener.get());
    return 0;
}
