// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

namespace changer::test {

/// A client that sends whatever a test wants, well-formed or not.
class RawClient {
  public:
    explicit RawClient(const std::string& path)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        connected_ =
            ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
        const timeval patience{20, 0}; // a hung server fails the test instead of hanging it
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    }

    bool connected() const { return connected_; }

    int fd() const { return fd_.get(); }

    /// Sends all of `bytes`; false once the server has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Reads until `mark` is there and returns everything up to its end; what came so far if the
    /// server closed first.
    std::string read_to(std::string_view mark) {
        while (true) {
            const std::size_t at = pending_.find(mark);
            if (at != pending_.npos) {
                std::string text = pending_.substr(0, at + mark.size());
                pending_.erase(0, at + mark.size());
                return text;
            }
            if (!read_more())
                return std::exchange(pending_, {});
        }
    }

    /// Reads until the server closes.
    std::string read_all() {
        while (read_more()) {
        }
        return std::exchange(pending_, {});
    }

    /// Reads one response with a Content-Length, head and body.
    std::string read_response() {
        std::string text = read_to("\r\n\r\n");
        const std::size_t at = text.find("Content-Length: ");
        std::size_t length = 0;
        if (at != text.npos)
            std::from_chars(text.data() + at + 16, text.data() + text.size(), length);
        while (pending_.size() < length && read_more()) {
        }
        text += pending_.substr(0, length);
        pending_.erase(0, length);
        return text;
    }

  private:
    bool read_more() {
        char buffer[16384];
        const auto got = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
        if (got <= 0)
            return false;
        pending_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    UniqueFd fd_;
    bool connected_ = false;
    std::string pending_;
};

} // namespace changer::test
