// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace changer::sim {

/// What will happen, in order of time; of two things at one instant the first asked for comes
/// first.
class Timeline {
  public:
    using Action = std::function<void()>;
    /// Names one entry; a default one names none.
    using Key = std::pair<SteadyTime, std::uint64_t>;

    explicit Timeline(SteadyTime start)
        : now_(start) {}

    /// The instant up to which everything has happened; inside an action, its own instant.
    SteadyTime now() const { return now_; }

    /// Has `action` done `delay` after now().
    Key after(std::chrono::milliseconds delay, Action action) {
        const Key key{now_ + delay, ++last_};
        actions_.emplace(key, std::move(action));
        return key;
    }

    /// Takes an entry back; one that has happened or never was is no matter.
    void cancel(const Key& key) { actions_.erase(key); }

    std::optional<SteadyTime> next() const {
        if (actions_.empty())
            return std::nullopt;
        return actions_.begin()->first.first;
    }

    /// Does everything that is due by `until`, and what that makes due.
    void run(SteadyTime until) {
        while (!actions_.empty() && actions_.begin()->first.first <= until) {
            auto first = actions_.extract(actions_.begin());
            now_ = first.key().first;
            first.mapped()();
        }
        now_ = until > now_ ? until : now_;
    }

  private:
    SteadyTime now_;
    std::uint64_t last_ = 0;
    std::map<Key, Action> actions_;
};

} // namespace changer::sim
