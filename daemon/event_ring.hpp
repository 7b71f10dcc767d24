// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace changer::daemon {

/// One hint of what changed.
struct StreamEvent {
    std::uint64_t number = 0;
    std::string library; ///< whose event it is; empty: nobody's in particular
    std::string text;    ///< as it goes over the wire: id, event, data, empty line
};

/// The last events, numbered. Readers keep a position of their own and nothing else, so that a
/// reader that does not read costs no memory.
///
/// Thread:  the loop
class EventRing {
  public:
    struct Limits {
        std::size_t events = 4096;
        std::size_t unsent_bytes =
            std::size_t{256} * 1024; ///< a reader further behind has lost events
    };

    /// `start` tells this run of the daemon from every other: ids are "<start>-<n>".
    EventRing(std::string start, Limits limits);

    explicit EventRing(std::string start)
        : EventRing(std::move(start), Limits{}) {}

    /// Appends one event; `type` is its name, `data` one line of JSON.
    void publish(std::string_view type, std::string_view data, std::string library);

    /// Returns the position of a reader that has seen everything up to `last_event_id`, or of one
    /// that wants only what comes next when there is no such id. None: events in between are lost.
    std::optional<std::uint64_t> resume(const std::optional<std::string>& last_event_id) const;

    /// Returns the event behind `position`; null when there is none yet.
    const StreamEvent* next(std::uint64_t position) const;

    /// True when events behind `position` are gone, or there are more than a reader may owe.
    bool lost(std::uint64_t position) const;

    /// Returns the number of the newest event; 0 before the first.
    std::uint64_t newest() const { return newest_; }

    /// Writes what a reader gets that lost events: it goes on behind the newest.
    std::string overflow() const;

  private:
    std::string id(std::uint64_t number) const;

    std::string start_;
    Limits limits_;
    std::deque<StreamEvent> events_;
    std::size_t bytes_ = 0;
    std::uint64_t newest_ = 0;
};

} // namespace changer::daemon
