// SPDX-License-Identifier: Apache-2.0
#include "sim/drives.hpp"

#include "sim/tasks.hpp"

#include <utility>

namespace changer::sim {
namespace {

Cartridge& cartridge_in(World& world, const Drive& drive) {
    return *world.cells.find(drive.address)->holds;
}

/// Lets the cell's other copy follow what happened to the cartridge.
void remember(World& world, const Drive& drive) {
    Cell& cell = *world.cells.find(drive.address);
    cell.believed = cell.holds;
}

/// Answers the command that waited for the drive.
void answer_waiting(World& world, Drive& drive, const Response& response) {
    respond(world, std::exchange(drive.done, {}), response);
}

void finish_load(World& world, Drive& drive) {
    Cartridge& cartridge = cartridge_in(world, drive);
    const auto lun = world.lun_of(drive);
    drive.state = Drive::State::loaded;
    drive.tape = records_of(cartridge.content(), cartridge.name());
    drive.position = 0;
    if (++cartridge.loads > world.options.tape_life)
        world.nexuses.alert(lun, drive_alert::media_life);
    remember(world, drive);
    world.nexuses.attention(lun, says::medium_may_have_changed);
    answer_waiting(world, drive, {});
}

void finish_cleaning(World& world, Drive& drive) {
    Cartridge& cartridge = cartridge_in(world, drive);
    --cartridge.cleanings_left;
    ++cartridge.loads;
    drive.state = Drive::State::idle;
    drive.needs_cleaning = false;
    remember(world, drive);
    answer_waiting(world, drive, {});
}

void finish_unload(World& world, Drive& drive) {
    drive.state = Drive::State::idle;
    drive.tape.clear();
    answer_waiting(world, drive, {});
}

/// Has a drive be in a state, and end it later.
void step(World& world,
          Drive& drive,
          Drive::State state,
          std::chrono::milliseconds time,
          void (*finish)(World&, Drive&)) {
    const auto index = static_cast<std::size_t>(&drive - world.drives.data());
    drive.state = state;
    drive.next_step =
        world.timeline.after(time, [&world, index, finish] { finish(world, world.drives[index]); });
}

} // namespace

/// Source:  SPC-4, 30/03 cleaning cartridge installed, 30/07 cleaning failure
std::optional<Sense> drive_not_ready(const World& world, const Drive& drive) {
    const auto& holds = world.cells.find(drive.address)->holds;
    if (!holds)
        return says::medium_not_present;
    if (holds->cleaning())
        return drive.cleaner_expired ? says::cleaning_failure : says::cleaning_cartridge_installed;
    if (drive.busy())
        return says::becoming_ready;
    if (!drive.loaded())
        return says::initializing_command_required;
    return std::nullopt;
}

void begin_load(World& world, Drive& drive, TaskId done) {
    const auto& timing = world.options.timing;
    const Cartridge& cartridge = cartridge_in(world, drive);
    drive.done = done;
    if (!cartridge.cleaning())
        return step(world, drive, Drive::State::threading, timing.load, finish_load);
    drive.cleaner_expired = cartridge.cleanings_left == 0;
    if (!drive.cleaner_expired)
        return step(world, drive, Drive::State::cleaning, timing.clean, finish_cleaning);
    world.nexuses.alert(world.lun_of(drive), drive_alert::expired_cleaning_media);
    answer_waiting(world, drive, refused(says::cleaning_failure));
}

void begin_unload(World& world, Drive& drive, TaskId done) {
    drive.done = done;
    step(world, drive, Drive::State::unloading, world.options.timing.unload, finish_unload);
}

void interrupt(World& world, Drive& drive) {
    world.timeline.cancel(drive.next_step);
    drive.state = Drive::State::idle;
    drive.cleaner_expired = false;
    drive.tape.clear();
    answer_waiting(world, drive, refused(says::medium_not_present));
}

} // namespace changer::sim
