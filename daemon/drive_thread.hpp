// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/quirks.hpp"
#include "drive/hold.hpp"
#include "jobs/drive_command.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "transport/transport.hpp"
#include "watchdog.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace changer::daemon {

/// Which drive is meant, and what is known of it before it is asked.
struct DriveTarget {
    std::string device;                        ///< a node or a URL
    std::optional<std::string> tape_node = {}; ///< "/dev/nst0"; none: it has none here
    bool exclusive = false;                    ///< the configuration says that it is ours alone
    std::string serial = {}; ///< of the drive that was found there; empty: unknown
    std::string barred = {}; ///< why this host may not work with it; empty: it may

    bool operator==(const DriveTarget&) const = default;
};

/// Opens the way to a device.
using OpenDevice = std::function<Result<std::unique_ptr<Transport>>(const std::string& device)>;

/// What a drive's thread needs.
struct DriveOptions {
    OpenDevice open;
    HoldNode hold = {}; ///< a test's own
    /// How long a tape may take until it is ready: LTO-9 and later calibrate on a blank
    /// cartridge's first load, for up to two hours; a drive in trouble says so earlier.
    std::chrono::milliseconds threading = std::chrono::minutes{150};
    /// Where the watchdog sees what the thread does.
    std::shared_ptr<Activity> activity = nullptr;
};

/// One tape drive and the thread that alone talks to it: from TakeDrive, which opens it, to
/// ReleaseDrive. Between them nothing is open, and other programs may use the drive. The thread
/// begins with the first command.
class DriveThread {
  public:
    /// Called on the drive's thread.
    using Done = std::function<void(jobs::DriveAnswer)>;

    DriveThread(DriveOptions options, const Quirks& quirks, Clock& clock);
    ~DriveThread();
    DriveThread(const DriveThread&) = delete;
    DriveThread& operator=(const DriveThread&) = delete;

    /// Says which drive the next TakeDrive takes.
    ///
    /// Thread:  any
    void aim(DriveTarget target);

    /// Queues one command.
    ///
    /// Thread:  any
    void execute(jobs::DriveCommand command, Done done);

    /// Lets the running command of the drive end, sends nothing more, then calls `ended`: as the
    /// last act of the thread, or here if it never began. What is cut short, and what is still
    /// asked for, is not answered.
    ///
    /// Thread:  any
    void stop(std::function<void()> ended);

  private:
    struct Queued {
        jobs::DriveCommand command;
        Done done;
    };

    class Taken;
    struct Performer;

    void run();
    DriveTarget target();
    Result<std::unique_ptr<Taken>> open(const DriveTarget& target, LoadedBy loaded_by);
    jobs::DriveAnswer perform(const jobs::DriveCommand& command);
    void busy() const;
    void idle() const;

    DriveOptions options_;
    const Quirks* quirks_;
    Clock* clock_;

    // the drive's thread's
    std::unique_ptr<Taken> taken_;

    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::condition_variable wake_;
    DriveTarget target_;
    std::deque<Queued> queue_;
    std::function<void()> ended_;
    std::thread thread_;
};

} // namespace changer::daemon
