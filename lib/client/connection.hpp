// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"
#include "support/result.hpp"
#include "support/unique_fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace changer::client {

/// When a blocking call gives up.
struct Deadline {
    std::optional<SteadyTime> at; ///< none: it waits without end
    int interrupt_fd = -1;        ///< readable: somebody wants it to stop

    /// Returns this deadline, or `duration` from now if that is earlier.
    Deadline within(std::chrono::milliseconds duration) const;

    bool passed() const { return at && BootClock::now() >= *at; }
};

/// Waits until the deadline.
/// Errors:  interrupted — the interrupt descriptor became readable before
Result<void> pause_until(const Deadline& deadline);

/// Tells whether something can be read from `fd` now; false for -1.
bool is_readable(int fd);

/// A connection to a unix socket.
///
/// Errors:  unreachable — nobody listens, or the peer is gone; wait_timeout — the deadline passed;
///          interrupted — the interrupt descriptor became readable; access_denied
class Connection {
  public:
    static Result<Connection> open(const std::string& socket_path, const Deadline& deadline);

    Result<void> send(std::string_view bytes, const Deadline& deadline);

    /// Receives what has arrived; an empty text when the peer closed the connection.
    Result<std::string> receive(const Deadline& deadline);

  private:
    explicit Connection(UniqueFd fd)
        : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

} // namespace changer::client
