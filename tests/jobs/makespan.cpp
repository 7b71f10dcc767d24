// SPDX-License-Identifier: Apache-2.0
#include "makespan.hpp"

#include "jobs/on_media/session.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/spc/test_unit_ready.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "sim/library.hpp"
#include "sim/options.hpp"
#include "support/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>

namespace changer::jobs {

namespace {

using on_media::Carry;
using on_media::Session;
using scsi::ElementAddress;
using scsi::ElementType;

constexpr std::chrono::milliseconds poll_interval{1000}; ///< of a drive that threads a tape

/// What a drive of the simulated library is at.
struct Working {
    DriveCommand command;
    std::optional<sim::TaskId> task; ///< none: asked again at `again`
    SteadyTime again{};
};

/// A simulated library, its arm and its drives, each with a command of its own.
class Floor {
  public:
    explicit Floor(const sim::Options& options)
        : library_(options, clock_)
        , nexus_(library_.login({"iqn.2026-01.test:makespan", 1})) {
        for (const auto& view : library_.snapshot().elements)
            if (view.type == ElementType::data_transfer)
                units_.emplace(view.address, units_.size() + 1);
            else if (view.type == ElementType::transport)
                arm_ = view.address;
    }

    std::chrono::milliseconds run(Session& session);

    sim::Library& library() { return library_; }

    std::vector<DriveReach> drives() const {
        std::vector<DriveReach> all;
        for (const auto& [address, unit] : units_)
            all.push_back({address, "", "ULTRIUM-TD8"});
        return all;
    }

  private:
    void start_drive(ElementAddress drive, const DriveCommand& command);
    void start_arm(Session& session);
    void take_arm(Session& session);
    void take_drive(Session& session, ElementAddress drive);
    void advance();

    ManualClock clock_;
    sim::Library library_;
    sim::NexusId nexus_;
    ElementAddress arm_{};
    std::map<ElementAddress, std::uint64_t> units_;
    std::map<ElementAddress, Working> working_;
    std::optional<Carry> carry_;
    std::optional<sim::TaskId> moving_;
};

void Floor::start_drive(ElementAddress drive, const DriveCommand& command) {
    auto& at =
        working_.insert_or_assign(drive, Working{command, {}, clock_.now().steady}).first->second;
    if (std::holds_alternative<IdentifyTape>(command))
        at.task = library_.submit(nexus_, units_.at(drive), encode(scsi::TestUnitReady{}));
    else if (std::holds_alternative<UnloadTape>(command))
        at.task = library_.submit(nexus_, units_.at(drive), encode(scsi::LoadUnload{}));
}

void Floor::start_arm(Session& session) {
    if (!carry_) {
        carry_ = session.next();
        if (!carry_)
            return;
        session.begin(*carry_);
    }
    const bool home = carry_->way == Carry::Way::home;
    scsi::MoveMedium move;
    move.transport = arm_;
    move.source = home ? carry_->drive : carry_->visit.home;
    move.destination = home ? carry_->visit.home : carry_->drive;
    moving_ = library_.submit(nexus_, 0, encode(move));
}

void Floor::take_arm(Session& session) {
    const auto outcome = moving_ ? library_.poll(*moving_) : std::nullopt;
    if (!outcome)
        return;
    moving_.reset();
    if (outcome->status != scsi::Status::good)
        return; // a unit attention: the next turn sends it again
    session.carried(*carry_);
    carry_.reset();
}

void Floor::take_drive(Session& session, ElementAddress drive) {
    auto& at = working_.at(drive);
    const bool identifies = std::holds_alternative<IdentifyTape>(at.command);
    if (identifies || std::holds_alternative<UnloadTape>(at.command)) {
        if (!at.task) {
            if (clock_.now().steady >= at.again)
                start_drive(drive, DriveCommand(at.command));
            return;
        }
        const auto outcome = library_.poll(*at.task);
        if (!outcome)
            return;
        at.task.reset();
        at.again =
            clock_.now().steady + (identifies ? poll_interval : std::chrono::milliseconds{0});
        if (outcome->status != scsi::Status::good)
            return;
    }
    working_.erase(drive);
    library::Identification found;
    found.outcome = library::Identification::Outcome::labelled;
    session.answered(drive, identifies ? DriveAnswer(Identified{found}) : DriveAnswer(DriveDone{}));
}

/// To whatever comes first: the end of a command, or the next question.
void Floor::advance() {
    std::optional<SteadyTime> next;
    const auto consider = [&](std::optional<SteadyTime> time) {
        if (time && (!next || *time < *next))
            next = time;
    };
    if (moving_)
        consider(library_.due(*moving_));
    for (const auto& [drive, at] : working_)
        consider(at.task ? library_.due(*at.task) : std::optional(at.again));
    const auto now = clock_.now().steady;
    if (!next)
        throw std::runtime_error("nothing is under way, and the inventory is not over");
    if (*next > now)
        clock_.advance(std::chrono::duration_cast<std::chrono::milliseconds>(*next - now));
}

std::chrono::milliseconds Floor::run(Session& session) {
    const auto began = clock_.now().steady;
    while (!session.over()) {
        for (const auto& [drive, command] : session.due())
            start_drive(drive, command);
        if (!moving_)
            start_arm(session);
        advance();
        take_arm(session);
        for (const auto& [drive, unit] : units_)
            if (working_.contains(drive))
                take_drive(session, drive);
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().steady - began);
}

} // namespace

Makespan inventory_makespan(const std::string& personality, const Load& load) {
    auto options = sim::parse_options(fmt::format("{}?slots={}&drives={}&mail=1&tapes={}",
                                                  personality,
                                                  load.cartridges + 4,
                                                  load.drives,
                                                  load.cartridges));
    if (!options)
        throw std::runtime_error(options.error().what);
    Floor floor(*options);
    std::deque<on_media::Visit> visits;
    for (const auto& view : floor.library().snapshot().elements)
        if (view.type == ElementType::storage && view.cartridge)
            visits.push_back({*view.cartridge, view.address, *view.cartridge});
    const auto count = visits.size();
    Session session(std::move(visits), floor.drives());
    const auto& timing = options->timing;
    const on_media::Times times{timing.move, timing.load + timing.unload};
    Makespan makespan;
    makespan.taken = floor.run(session);
    makespan.examined = session.examined();
    makespan.bound = on_media::lower_bound(count, load.drives, times);
    makespan.one_at_a_time = on_media::lower_bound(count, 1, times);
    for (const auto& view : floor.library().snapshot().elements)
        if (view.cartridge && view.type != ElementType::storage)
            throw std::runtime_error("a cartridge is not home");
    return makespan;
}

} // namespace changer::jobs
