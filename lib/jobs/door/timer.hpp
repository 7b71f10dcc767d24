// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace changer::jobs::door {

/// A budget of time that survives the death of the daemon: it runs on the steady clock, and is
/// written down as the wall time of its start.
struct Timer {
    WallTime started{};
    std::chrono::seconds budget{};
    /// In memory only; a timer that was read from the journal stands still until resume().
    std::optional<SteadyTime> origin = std::nullopt;

    static Timer start(std::chrono::seconds budget, const Now& now) {
        return {now.wall, budget, now.steady};
    }

    bool expired(const Now& now) const { return origin && now.steady - *origin >= budget; }

    /// Goes on after a restart: what is left is start + budget - wall, never more than the budget
    /// (a wall clock that was set back) and never less than nothing.
    void resume(const Now& now) {
        const auto spent = std::clamp<std::chrono::milliseconds>(
            now.wall - started, std::chrono::milliseconds{0}, budget);
        origin = now.steady - spent;
    }

    /// Compares what is written down.
    bool operator==(const Timer& other) const {
        return started == other.started && budget == other.budget;
    }
};

} // namespace changer::jobs::door
