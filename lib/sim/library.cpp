// SPDX-License-Identifier: Apache-2.0
#include "sim/library.hpp"

#include "scsi/smc/tape_alert.hpp"
#include "sim/door.hpp"
#include "sim/robot.hpp"
#include "sim/tasks.hpp"
#include "sim/world.hpp"

#include <utility>

namespace changer::sim {

/// The world and its partners behind the same door, locked and brought up to the clock.
class Library::Locked {
  public:
    explicit Locked(Library& library)
        : lock_(library.cabinet_->mutex_)
        , cabinet_(*library.cabinet_)
        , world_(*library.world_) {
        for (World* const world : cabinet_.worlds_)
            world->timeline.run(library.clock_.now().steady);
    }

    World* operator->() const { return &world_; }

    World& operator*() const { return world_; }

    Worlds all() const { return cabinet_.worlds_; }

  private:
    std::lock_guard<std::mutex> lock_;
    Cabinet& cabinet_;
    World& world_;
};

Library::Library(const Options& options, const Clock& clock, std::shared_ptr<Cabinet> cabinet)
    : clock_(clock)
    , cabinet_(std::move(cabinet))
    , world_(std::make_unique<World>(options, clock.now().steady)) {
    const std::lock_guard lock(cabinet_->mutex_);
    cabinet_->worlds_.push_back(world_.get());
}

Library::~Library() {
    const std::lock_guard lock(cabinet_->mutex_);
    std::erase(cabinet_->worlds_, world_.get());
}

NexusId Library::login(const Initiator& initiator) {
    const Locked world(*this);
    if (const auto old = world->nexuses.find(initiator)) // SAM-5: the same port, a new nexus
        lose(*world, *old);
    const auto id = world->nexuses.login(initiator);
    if (world->unkind().stale_attention) {
        Nexus& nexus = *world->nexuses.find(id);
        nexus.attentions[0].push_back(says::medium_may_have_changed);
        nexus.alerts[0].set(scsi::tape_alert::door_open);
    }
    return id;
}

void Library::logout(NexusId nexus) {
    const Locked world(*this);
    lose(*world, nexus);
}

bool Library::connected(NexusId nexus) {
    const Locked world(*this);
    return world->nexuses.find(nexus) != nullptr;
}

TaskId Library::submit(NexusId nexus,
                       std::uint64_t lun,
                       const scsi::Cdb& cdb,
                       std::span<const std::byte> data_out) {
    const Locked world(*this);
    return sim::submit(*world, nexus, lun, cdb, data_out);
}

std::optional<Outcome> Library::poll(TaskId task) {
    const Locked world(*this);
    const auto found = world->tasks.find(task);
    if (found == world->tasks.end() || !found->second.outcome)
        return std::nullopt;
    auto outcome = *std::move(found->second.outcome);
    world->tasks.erase(found);
    return outcome;
}

std::optional<SteadyTime> Library::due(TaskId task) {
    const Locked world(*this);
    const auto found = world->tasks.find(task);
    if (found == world->tasks.end() || found->second.never_answered)
        return std::nullopt;
    return found->second.outcome ? world->timeline.now() : world->timeline.next();
}

void Library::abandon(TaskId task) {
    const Locked world(*this);
    orphan_motion(*world, task);
    world->tasks.erase(task);
}

void Library::reset_logical_unit(std::uint64_t lun) {
    const Locked world(*this);
    reset_unit(*world, lun);
}

void Library::reset_every_unit() {
    const Locked world(*this);
    for (std::uint64_t lun = 0; lun <= world->drives.size(); ++lun)
        reset_unit(*world, lun);
}

std::optional<SteadyTime> Library::next_due() {
    const Locked world(*this);
    return world->timeline.next();
}

Result<void> Library::open_door() {
    const Locked world(*this);
    return sim::open_door(world.all());
}

Result<void> Library::close_door() {
    const Locked world(*this);
    return sim::close_door(world.all());
}

Result<void> Library::open_mail() {
    const Locked world(*this);
    return sim::open_mail(*world);
}

Result<void> Library::close_mail() {
    const Locked world(*this);
    return sim::close_mail(*world);
}

Result<void> Library::insert(std::string_view barcode, scsi::ElementAddress cell, Origin origin) {
    const Locked world(*this);
    return sim::insert(*world, barcode, cell, origin);
}

Result<void> Library::label(scsi::ElementAddress cell, const Content& content) {
    const Locked world(*this);
    return sim::label(*world, cell, content);
}

Result<void> Library::soil(scsi::ElementAddress drive) {
    const Locked world(*this);
    return sim::soil(*world, drive);
}

Result<void> Library::remove(scsi::ElementAddress cell) {
    const Locked world(*this);
    return sim::remove(*world, cell);
}

Result<void> Library::swap(scsi::ElementAddress one, scsi::ElementAddress other) {
    const Locked world(*this);
    return sim::swap(*world, one, other);
}

Result<void> Library::pull_magazine(unsigned number) {
    const Locked world(*this);
    return sim::pull_magazine(*world, number);
}

Result<void> Library::push_magazine(unsigned number) {
    const Locked world(*this);
    return sim::push_magazine(*world, number);
}

Result<void> Library::set_online(bool online) {
    const Locked world(*this);
    return sim::set_online(*world, online);
}

void Library::touch_panel() {
    const Locked world(*this);
    sim::touch_panel(*world);
}

void Library::power_cycle() {
    const Locked world(*this);
    sim::restart(*world);
}

Result<void> Library::move_silently(scsi::ElementAddress source, scsi::ElementAddress destination) {
    const Locked world(*this);
    return sim::move_silently(*world, {.source = source, .destination = destination});
}

void Library::inject(const Fault& fault) {
    const Locked world(*this);
    world->faults.add(fault);
}

void Library::clear_faults() {
    const Locked world(*this);
    world->faults.clear();
}

Snapshot Library::snapshot() {
    const Locked world(*this);
    const auto& out = world->magazines_out;
    Snapshot snapshot{.door = world->door,
                      .mail_open = world->mail_open,
                      .magazines_out = {out.begin(), out.end()},
                      .ready = !not_ready(*world),
                      .scanning = world->robot.running && world->robot.running->scans(),
                      .moving = world->robot.moving(),
                      .lock_holders = world->nexuses.lock_holders(),
                      .changer_commands = world->changer_commands,
                      .drive_commands = world->drive_commands,
                      .moves = world->moves};
    for (const Cell& cell : world->cells.all())
        snapshot.elements.push_back(
            {.type = cell.type,
             .address = cell.address,
             .cartridge = cell.holds ? std::optional(cell.holds->barcode) : std::nullopt,
             .scanned = cell.scanned});
    for (const Drive& drive : world->drives)
        snapshot.drives.push_back({.address = drive.address,
                                   .serial_number = drive.serial_number,
                                   .installed = drive.installed,
                                   .loaded = drive.loaded(),
                                   .busy = drive.busy(),
                                   .needs_cleaning = drive.needs_cleaning});
    return snapshot;
}

Result<scsi::ElementAddress> Library::element(std::string_view text) {
    const Locked world(*this);
    return world->cells.parse(text);
}

} // namespace changer::sim
