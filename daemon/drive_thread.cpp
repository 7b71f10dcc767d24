// SPDX-License-Identifier: Apache-2.0
#include "drive_thread.hpp"

#include "drive/drive.hpp"
#include "drive/label_reading.hpp"
#include "drive_identification.hpp"
#include "watched_transport.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace changer::daemon {
namespace {

using jobs::DriveAnswer;
using jobs::DriveDone;

LoadedBy loaded_by(jobs::TakeDrive::Holds holds) {
    switch (holds) {
    case jobs::TakeDrive::Holds::nothing:
        return LoadedBy::nobody;
    case jobs::TakeDrive::Holds::ours:
        return LoadedBy::us;
    case jobs::TakeDrive::Holds::foreign:
        break;
    }
    return LoadedBy::somebody_else;
}

/// Names of nodes and targets move; a serial number stays with its drive.
std::optional<Error> is_another(const Identity& identity, const DriveTarget& target) {
    if (target.serial.empty() || identity.serial == target.serial)
        return std::nullopt;
    return Error{Code::device_not_available,
                 fmt::format("{} leads to another drive now: its serial number is {}, {} was found "
                             "there before",
                             target.device,
                             identity.serial.empty() ? "unknown" : identity.serial,
                             target.serial)};
}

Result<DriveAnswer> done_or(const Result<void>& outcome) {
    if (!outcome)
        return outcome.error();
    return DriveAnswer{DriveDone{}};
}

} // namespace

/// A drive that this daemon has; gone, it is anybody's again.
class DriveThread::Taken {
  public:
    Taken(std::unique_ptr<Transport> transport,
          const std::shared_ptr<Activity>& activity,
          const std::atomic<bool>& ending)
        : transport_(std::move(transport))
        , ending_(*transport_, ending)
        , watched_(ending_, activity) {}

    /// Asks who it is, and takes hold of it.
    Result<void> take(const DriveTarget& target,
                      LoadedBy loaded_by,
                      const HoldNode& hold,
                      Clock& clock,
                      const Quirks& quirks) {
        auto opened = Drive::open(watched_, clock, quirks);
        if (!opened)
            return std::move(opened).error();
        if (auto other = is_another(opened->identity(), target))
            return std::move(*other);
        auto taken = DriveHold::take({.device = target.device,
                                      .tape_node = target.tape_node,
                                      .exclusive = target.exclusive,
                                      .loaded_by = loaded_by,
                                      .barred = target.barred},
                                     hold);
        if (!taken)
            return std::move(taken).error();
        drive_.emplace(*std::move(opened));
        held_.emplace(*drive_, *std::move(taken));
        return {};
    }

    HeldDrive& held() { return *held_; }

  private:
    std::unique_ptr<Transport> transport_;
    EndingTransport ending_;
    WatchedTransport watched_;
    std::optional<Drive> drive_;
    std::optional<HeldDrive> held_;
};

/// Runs each command.
struct DriveThread::Performer {
    DriveThread& thread;

    Result<DriveAnswer> operator()(const jobs::TakeDrive& take) const {
        thread.taken_.reset(); // taken before: what is in it has changed since
        auto opened = thread.open(thread.target(), loaded_by(take.holds));
        if (!opened)
            return std::move(opened).error();
        thread.taken_ = *std::move(opened);
        return DriveAnswer{DriveDone{}};
    }

    Result<DriveAnswer> operator()(const jobs::IdentifyTape&) const {
        if (!thread.taken_)
            return not_taken();
        const auto reading =
            read_label(thread.taken_->held(), {.ready = {.budget = thread.options_.threading}});
        if (!reading)
            return reading.error();
        auto identification = identification_of(*reading);
        identification.at = thread.clock_->now().wall;
        return DriveAnswer{jobs::Identified{std::move(identification)}};
    }

    Result<DriveAnswer> operator()(const jobs::UnloadTape& unload) const {
        if (!thread.taken_)
            return not_taken();
        return done_or(thread.taken_->held().unload(unload.medium_serial));
    }

    Result<DriveAnswer> operator()(const jobs::ReleaseDrive&) const {
        thread.taken_.reset();
        return DriveAnswer{DriveDone{}};
    }

    static Error not_taken() {
        return {Code::failed, "the drive was not taken before it was to be used"};
    }
};

DriveThread::DriveThread(DriveOptions options, const Quirks& quirks, Clock& clock)
    : options_(std::move(options))
    , quirks_(&quirks)
    , clock_(&clock) {}

DriveThread::~DriveThread() {
    stop({});
    if (thread_.joinable())
        thread_.join();
}

void DriveThread::aim(DriveTarget target) {
    const std::lock_guard lock(mutex_);
    target_ = std::move(target);
}

DriveTarget DriveThread::target() {
    const std::lock_guard lock(mutex_);
    return target_;
}

void DriveThread::execute(jobs::DriveCommand command, Done done) {
    const std::lock_guard lock(mutex_);
    if (stopping_)
        return;
    queue_.push_back({std::move(command), std::move(done)});
    if (!thread_.joinable())
        thread_ = std::thread([this] { run(); });
    wake_.notify_one();
}

void DriveThread::stop(std::function<void()> ended) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (thread_.joinable()) {
        if (ended)
            ended_ = std::move(ended);
        wake_.notify_one();
        return;
    }
    lock.unlock();
    if (ended)
        ended();
}

void DriveThread::busy() const {
    if (options_.activity)
        options_.activity->busy_for(between_commands);
}

void DriveThread::idle() const {
    if (options_.activity)
        options_.activity->idle();
}

void DriveThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_)
            break;
        const Queued next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        busy();
        auto answer = perform(next.command);
        idle();
        // Cut short it is no outcome: after the next start the drive is asked anew.
        if (!stopping_ || !std::holds_alternative<jobs::DriveFailed>(answer))
            next.done(std::move(answer));
        lock.lock();
    }
    queue_.clear();
    const auto ended = std::move(ended_);
    lock.unlock();
    taken_.reset();
    if (ended)
        ended();
}

Result<std::unique_ptr<DriveThread::Taken>> DriveThread::open(const DriveTarget& target,
                                                              LoadedBy loaded_by) {
    // What is known against a drive is known before anything of it is opened.
    if (!target.barred.empty())
        return Error{Code::drive_in_use,
                     fmt::format("the drive is not touched: {}", target.barred)};
    auto transport = options_.open(target.device);
    if (!transport)
        return std::move(transport).error();
    auto taken = std::make_unique<Taken>(*std::move(transport), options_.activity, stopping_);
    if (auto done = taken->take(target, loaded_by, options_.hold, *clock_, *quirks_); !done)
        return std::move(done).error();
    return taken;
}

jobs::DriveAnswer DriveThread::perform(const jobs::DriveCommand& command) {
    auto answer = std::visit(Performer{*this}, command);
    if (answer)
        return *std::move(answer);
    if (answer.error().code == Code::drive_in_use)
        taken_.reset(); // somebody else's: held no longer either
    return jobs::DriveFailed{std::move(answer).error()};
}

} // namespace changer::daemon
