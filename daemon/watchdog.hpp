// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace changer::daemon {

/// What the watchdog's time is taken from: like the deadlines of transports, it stands still while
/// the machine is suspended.
using WatchTime = std::chrono::steady_clock::time_point;

/// What one worker thread is doing: nothing, or something that must be over at a deadline.
///
/// Thread:  the worker writes, the loop reads
class Activity {
  public:
    explicit Activity(std::string name)
        : name_(std::move(name)) {}

    const std::string& name() const { return name_; }

    /// Something begins, or goes on, that is over by `deadline`.
    void busy_until(WatchTime deadline) { deadline_ = deadline.time_since_epoch().count(); }

    void busy_for(std::chrono::milliseconds limit) {
        busy_until(std::chrono::steady_clock::now() + limit);
    }

    void idle() { deadline_ = idle_mark; }

    /// Returns the deadline; none while it is idle.
    std::optional<WatchTime> deadline() const;

  private:
    static constexpr WatchTime::rep idle_mark = WatchTime::duration::min().count();

    std::string name_;
    std::atomic<WatchTime::rep> deadline_ = idle_mark;
};

/// The worker threads of this process.
///
/// Thread:  the loop
class Workers {
  public:
    std::shared_ptr<Activity> add(std::string name);

    /// Returns who is past the deadline of what it does; none if every worker is idle or inside a
    /// command that may still take its time.
    std::optional<std::string> overdue(WatchTime now) const;

  private:
    std::vector<std::weak_ptr<Activity>> activities_;
};

/// How often a service manager wants to hear that all is well; none if it does not.
///
/// Source:  sd_watchdog_enabled(3): WATCHDOG_USEC, for the process WATCHDOG_PID if that is set
std::optional<std::chrono::microseconds> watchdog_interval();

/// Tells the service manager, twice in each interval, that the daemon is alive, as long as that is
/// true of all its threads: the loop runs this, and the workers are asked.
///
/// Thread:  the loop
class Watchdog {
  public:
    Watchdog(Loop& loop, const Workers& workers, std::chrono::microseconds interval);

    ~Watchdog() { *alive_ = false; }

    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    void look();

    Loop* loop_;
    const Workers* workers_;
    std::chrono::milliseconds pause_;
    bool silent_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< for what waits in the loop
};

} // namespace changer::daemon
