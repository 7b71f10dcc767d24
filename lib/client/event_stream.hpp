// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace changer::client {

/// One server-sent event.
struct Event {
    std::string id;   ///< of the last event that had one: what a reader resumes behind
    std::string type; ///< "message" if the server gave none
    std::string data;

    bool operator==(const Event&) const = default;
};

/// Reads server-sent events from text as it arrives, from a server that is not trusted.
///
/// Source:  WHATWG HTML, 9.2.6 (interpreting an event stream)
/// Errors:  malformed_response — an event is longer than any of changerd's
class EventParser {
  public:
    static constexpr std::size_t longest_event = std::size_t{64} * 1024;

    /// Takes the next piece of text.
    Result<void> feed(std::string_view text);

    /// Takes the next event; none until one is complete.
    std::optional<Event> next();

  private:
    void take_line(std::string_view line);

    std::string pending_; ///< an unfinished line
    std::string last_id_;
    std::string type_;
    std::string data_;
    std::deque<Event> ready_;
};

} // namespace changer::client
