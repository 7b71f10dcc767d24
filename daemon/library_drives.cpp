// SPDX-License-Identifier: Apache-2.0
#include "library_drives.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::daemon {
namespace {

/// What of the drives' elements says who is there.
std::vector<scsi::ElementStatus> bays_of(const std::vector<scsi::ElementStatus>& elements) {
    std::vector<scsi::ElementStatus> bays;
    for (const scsi::ElementStatus& element : elements)
        if (element.type == scsi::ElementType::data_transfer)
            bays.push_back({.type = element.type,
                            .address = element.address,
                            .identifier = element.identifier});
    return bays;
}

/// Whether the drive may not be the one that was found there: who is behind what is asked again.
bool may_be_another(const jobs::DriveAnswer& answer) {
    const auto* failed = std::get_if<jobs::DriveFailed>(&answer);
    return failed != nullptr && failed->error.code == Code::device_not_available;
}

} // namespace

LibraryDrives::LibraryDrives(std::string library,
                             std::vector<DriveConfig> configured,
                             DriveServices services,
                             Found found)
    : library_(std::move(library))
    , configured_(std::move(configured))
    , services_(std::move(services))
    , found_(std::move(found)) {}

LibraryDrives::~LibraryDrives() {
    *alive_ = false;
    *stopping_ = true;
    if (finder_.joinable())
        finder_.join();
}

void LibraryDrives::look(const std::vector<scsi::ElementStatus>& elements) {
    wanted_ = bays_of(elements);
    begin_look();
}

void LibraryDrives::begin_look() {
    if (looking_ || !wanted_ || *stopping_)
        return;
    const SteadyTime now = services_.clock.now().steady;
    const bool recent = looked_at_ && now - *looked_at_ < services_.look_again;
    const bool same = bays_ == *wanted_;
    bays_ = *std::exchange(wanted_, std::nullopt);
    if (recent && same)
        return;
    looked_at_ = now;
    looking_ = true;
    if (finder_.joinable())
        finder_.join(); // it has posted its outcome: no wait
    DriveSources sources = services_.sources;
    sources.open = [open = sources.open, stopping = stopping_](
                       const std::string& device) -> Result<std::unique_ptr<Transport>> {
        if (*stopping)
            return Error{Code::interrupted, "the daemon is stopped"};
        return open(device);
    };
    finder_ = std::thread([this,
                           alive = alive_,
                           loop = &services_.loop,
                           clock = &services_.clock,
                           quirks = &services_.quirks,
                           sources = std::move(sources),
                           configured = configured_,
                           known = known_,
                           bays = bays_] {
        auto outcome = std::make_shared<Outcome>();
        outcome->paths = collect_drive_paths(configured, known, sources, *clock, *quirks);
        outcome->drives = find_drives(bays, outcome->paths, configured);
        loop->post([this, alive, outcome] {
            if (*alive)
                take_over(std::move(*outcome));
        });
    });
}

void LibraryDrives::take_over(Outcome outcome) {
    looking_ = false;
    if (*stopping_)
        return;
    known_ = std::move(outcome.paths.paths);
    std::vector<jobs::DriveReach> reaches;
    for (FoundDrive& drive : outcome.drives) {
        thread_of(drive.reach.address).aim(std::move(drive.target));
        reaches.push_back(std::move(drive.reach));
    }
    if (told_ != reaches) {
        log_barred(reaches);
        told_ = reaches;
        found_(std::move(reaches));
    }
    begin_look();
}

void LibraryDrives::log_barred(const std::vector<jobs::DriveReach>& reaches) const {
    for (const jobs::DriveReach& reach : reaches) {
        const bool said = told_ && std::find(told_->begin(), told_->end(), reach) != told_->end();
        if (!said && !reach.barred.empty())
            log(Level::notice,
                fmt::format("{}: the tape in drive @{} cannot be read here: {}",
                            library_,
                            scsi::number(reach.address),
                            reach.barred));
        else if (!said)
            log(Level::notice,
                fmt::format(
                    "{}: drive @{} is {}", library_, scsi::number(reach.address), reach.product));
    }
}

DriveThread& LibraryDrives::thread_of(scsi::ElementAddress address) {
    auto& thread = threads_[address];
    if (!thread) {
        DriveOptions options{.open = services_.sources.open, .hold = services_.hold};
        if (services_.watch)
            options.activity = services_.watch(
                fmt::format("the thread of drive @{} of {}", scsi::number(address), library_));
        thread =
            std::make_unique<DriveThread>(std::move(options), services_.quirks, services_.clock);
    }
    return *thread;
}

void LibraryDrives::execute(jobs::DriveDispatch dispatch, Done done) {
    auto on_loop = [this, loop = &services_.loop, alive = alive_, done = std::move(done)](
                       const jobs::DriveAnswer& answer) {
        loop->post([this, alive, done, answer] {
            if (!*alive)
                return;
            if (may_be_another(answer)) {
                known_.clear();
                looked_at_.reset();
            }
            done(answer);
        });
    };
    const auto thread = threads_.find(dispatch.drive);
    if (thread != threads_.end())
        return thread->second->execute(std::move(dispatch.command), std::move(on_loop));
    if (std::holds_alternative<jobs::ReleaseDrive>(dispatch.command))
        return on_loop(jobs::DriveDone{});
    on_loop(jobs::DriveFailed{{Code::device_not_available,
                               fmt::format("nobody has found out yet which drive is at @{}",
                                           scsi::number(dispatch.drive))}});
}

void LibraryDrives::stop(std::function<void()> ended) {
    *stopping_ = true;
    // Each thread keeps a part of it; the last one lets it go.
    const std::shared_ptr<void> rest(
        nullptr, [loop = &services_.loop, ended = std::move(ended)](void*) { loop->post(ended); });
    for (const auto& [address, thread] : threads_)
        thread->stop([rest] {});
}

} // namespace changer::daemon
