// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive_finder.hpp"
#include "drive_thread.hpp"
#include "jobs/drive_command.hpp"
#include "loop.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/clock.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace changer::daemon {

/// What a library's drives share with the others. All of it outlives them.
struct DriveServices {
    Loop& loop;
    Clock& clock;
    const Quirks& quirks;
    DriveSources sources;
    /// Makes the place where a drive's thread shows the watchdog what it does; none: nobody looks.
    std::function<std::shared_ptr<Activity>(std::string name)> watch = {};
    HoldNode hold = {}; ///< a test's own
    /// Drives come and go: after this time an equal list of elements is a reason to look again.
    std::chrono::milliseconds look_again = std::chrono::minutes{1};
};

/// The tape drives of one library, as this host has them: found whenever its elements have been
/// read, on a thread of its own, because drives are asked; then each with its thread.
///
/// Thread:  the loop
class LibraryDrives {
  public:
    /// Called on the loop when it is not what was told before.
    using Found = std::function<void(std::vector<jobs::DriveReach>)>;
    /// Called on the loop.
    using Done = std::function<void(const jobs::DriveAnswer&)>;

    LibraryDrives(std::string library,
                  std::vector<DriveConfig> configured,
                  DriveServices services,
                  Found found);
    ~LibraryDrives();
    LibraryDrives(const LibraryDrives&) = delete;
    LibraryDrives& operator=(const LibraryDrives&) = delete;

    /// The changer's elements have been read: who is behind its drives?
    void look(const std::vector<scsi::ElementStatus>& elements);

    /// Lets a drive's thread run a command.
    void execute(jobs::DriveDispatch dispatch, Done done);

    /// Lets the running commands end, then calls `ended` on the loop. What was cut short is not
    /// answered: the next start asks the drives anew.
    void stop(std::function<void()> ended);

  private:
    using Bays = std::vector<scsi::ElementStatus>;

    struct Outcome {
        DrivePaths paths;
        std::vector<FoundDrive> drives;
    };

    void begin_look();
    void take_over(Outcome outcome);
    DriveThread& thread_of(scsi::ElementAddress address);
    void log_barred(const std::vector<jobs::DriveReach>& reaches) const;

    std::string library_;
    std::vector<DriveConfig> configured_;
    DriveServices services_;
    Found found_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< for what waits in the loop
    std::shared_ptr<std::atomic<bool>> stopping_ = std::make_shared<std::atomic<bool>>(false);

    Bays bays_; ///< of the last look
    bool looking_ = false;
    std::optional<Bays> wanted_; ///< what to look at next
    std::optional<SteadyTime> looked_at_;
    std::vector<DrivePath> known_;
    std::optional<std::vector<jobs::DriveReach>> told_;
    std::thread finder_;

    std::map<scsi::ElementAddress, std::unique_ptr<DriveThread>> threads_;
};

} // namespace changer::daemon
