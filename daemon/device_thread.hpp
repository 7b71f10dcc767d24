// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/motion_lock.hpp"
#include "device/feature_memory.hpp"
#include "device/identity.hpp"
#include "device/quirks.hpp"
#include "jobs/device_command.hpp"
#include "open/open.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "watchdog.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace changer {
class Changer;
}

namespace changer::daemon {

/// What a changer said of itself when it was opened.
struct DeviceFacts {
    Identity identity;
    Quirk quirk;
    scsi::ElementAddressAssignment geometry;
    std::optional<bool> lock_holds_door; ///< none: nobody knows
    std::vector<scsi::UnitAttention> unit_attentions;
};

/// How often an absent device is tried.
struct DeviceRetry {
    std::chrono::milliseconds first = std::chrono::seconds{1}; ///< doubled up to
    std::chrono::milliseconds last = std::chrono::seconds{30};
};

/// What a device thread needs.
struct DeviceOptions {
    std::string url;
    OpenOptions open = {};
    DeviceRetry retry = {};
    /// Where programs of this machine agree who has a changer.
    std::string lock_directory{motion_lock_directory};
    /// What the changer taught an earlier run.
    std::optional<LearnedFeatures> learned = std::nullopt;
    /// Where the watchdog sees what the thread does.
    std::shared_ptr<Activity> activity = nullptr;
};

/// What names a changer to the other programs of this machine; empty for one that no other program
/// can reach.
std::string lock_key(const std::string& url);

/// One changer and the thread that alone talks to it. An absent device is tried again and again,
/// ever more rarely; commands for it fail at once meanwhile.
class DeviceThread {
  public:
    /// Called on the device thread.
    struct Events {
        std::function<void(DeviceFacts)> online;
        std::function<void(Error)> offline; ///< at each failed attempt: the reason may change
        std::function<void(LearnedFeatures)> learned; ///< when there is something new to keep
    };

    using Done = std::function<void(jobs::DeviceAnswer)>;

    /// Called on the device thread with a step of an exchange; calls `written`, on any thread, when
    /// it is durable or will never be.
    using Journal = std::function<void(const jobs::ExchangeStep& step,
                                       std::size_t index,
                                       std::function<void(Result<void>)> written)>;

    DeviceThread(DeviceOptions options, const Quirks& quirks, Clock& clock, Events events);
    ~DeviceThread();
    DeviceThread(const DeviceThread&) = delete;
    DeviceThread& operator=(const DeviceThread&) = delete;

    /// Queues one command; `done` is called on the device thread. An exchange needs a `journal`.
    ///
    /// Thread:  any
    void execute(jobs::DeviceCommand command, Done done, Journal journal = {});

    /// Lets the running command end, drops those behind it, then calls `ended` on the device
    /// thread as its last act.
    ///
    /// Thread:  any
    void stop(std::function<void()> ended);

  private:
    struct Queued {
        jobs::DeviceCommand command;
        Done done;
        Journal journal = {};
    };

    void run();
    /// Serves commands while the device answers; returns why it is lost, or none to stop.
    std::optional<Error> serve(Changer& changer);
    /// Opens the device and serves it; returns why it is lost, or none to stop.
    std::optional<Error> open_and_serve();
    /// Makes sure that no other program of this machine has the changer.
    Result<void> take_lock();
    void tell_learned(const Changer& changer);
    /// Fails commands until `delay` has passed; false to stop.
    bool wait(std::chrono::milliseconds delay, const Error& why);
    bool stopping();
    void busy() const;
    void idle() const;
    /// Waits until a step is durable; a daemon that stops does not wait for a disk that is full.
    Result<void>
    write_down(const Journal& journal, const jobs::ExchangeStep& step, std::size_t index);

    DeviceOptions options_;
    const Quirks* quirks_;
    Clock* clock_;
    Events events_;

    // the device thread's
    bool was_online_ = false;
    /// Kept while the changer is lost: a command of ours may still be at work in it.
    std::optional<MotionLock> lock_;
    std::string locked_; ///< its key

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Queued> queue_;
    bool stopping_ = false;
    std::function<void()> ended_;
    std::thread thread_;
};

} // namespace changer::daemon
