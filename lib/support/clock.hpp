// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace changer {

/// CLOCK_BOOTTIME as a clock: monotonic, and it goes on while the machine is suspended.
struct BootClock {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
    static time_point now();
};

using SteadyTime = BootClock::time_point;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// One instant on both clocks: durations are taken from `steady`, records show `wall`.
struct Now {
    SteadyTime steady{};
    WallTime wall{};
};

/// Where time comes from; a test passes a clock of its own.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Now now() const = 0;
    /// Blocks: for `duration` (a test's clock advances instead).
    virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
  public:
    Now now() const override;
    void sleep_for(std::chrono::milliseconds duration) override;
};

/// A clock that stands still until it is told to advance.
/// Thread:  one thread
class ManualClock final : public Clock {
  public:
    Now now() const override { return now_; }

    void sleep_for(std::chrono::milliseconds duration) override { advance(duration); }

    void advance(std::chrono::milliseconds duration) {
        now_.steady += duration;
        now_.wall += duration;
    }

  private:
    Now now_{SteadyTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{24 * 365 * 50}}};
};

} // namespace changer
