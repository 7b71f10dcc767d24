// SPDX-License-Identifier: Apache-2.0
#include "sim/robot.hpp"

#include "sim/tasks.hpp"

#include <algorithm>
#include <utility>

namespace changer::sim {
namespace {

using scsi::ElementType;

void start_next(World& world);

void finish(World& world, const Response& response) {
    const auto task = world.robot.running->task;
    world.timeline.cancel(world.robot.next_step);
    world.robot.running.reset();
    respond(world, task, response);
    start_next(world);
}

void step_after(World& world, std::chrono::milliseconds delay, void (*step)(World&)) {
    world.robot.next_step = world.timeline.after(delay, [&world, step] { step(world); });
}

// --- moving ---

std::optional<scsi::ElementAddress> home_of(const Cell& source) {
    return source.type == ElementType::storage ? source.address : source.source;
}

/// Takes what lies in `from` and puts it into `to`; the library knows both.
void carry(Cell& from, Cell& to) {
    const auto home = home_of(from);
    to.holds = std::exchange(from.holds, std::nullopt);
    to.source = home;
    to.by_operator = from.by_operator = false;
    from.source.reset();
    from.look();
    to.look();
}

void place(World& world) {
    const auto& move = *world.robot.running->move;
    Cell& arm = world.cells.arm();
    Cell& destination = *world.cells.find(move.destination);
    if (destination.holds) { // a hand was there, and nobody told the library
        destination.look();
        if (Cell& source = *world.cells.find(move.source); !source.holds)
            carry(arm, source);
        return finish(world, refused(says::destination_full));
    }
    carry(arm, destination);
    if (Drive* const drive = world.drive_at(destination.address))
        begin_load(world, *drive);
    finish(world, {});
}

void pick(World& world) {
    const auto& motion = *world.robot.running;
    Cell& source = *world.cells.find(motion.move->source);
    if (!source.holds) { // a hand was there, and nobody told the library
        source.look();
        return finish(world, refused(says::source_empty));
    }
    if (Drive* const drive = world.drive_at(source.address)) {
        world.timeline.cancel(drive->next_step);
        drive->loaded = drive->busy = false;
    }
    ++world.moves;
    if (source.type != ElementType::transport)
        carry(source, world.cells.arm());
    if (motion.effect == Effect::stuck)
        return finish(world, refused(says::mechanical_positioning_error));
    if (motion.effect == Effect::reset)
        return restart(world);
    step_after(world, world.options.timing.move * 6 / 10, place);
}

std::optional<Sense> refusal(World& world, const scsi::MoveMedium& move) {
    const Cell* const source = world.cells.find(move.source);
    const Cell* const destination = world.cells.find(move.destination);
    const auto transport = scsi::number(move.transport);
    if (!source || !destination || destination->type == ElementType::transport ||
        (transport != 0 && transport != Cells::arm_address))
        return says::invalid_element_address;
    if (move.invert)
        return says::invalid_field_in_cdb;
    const auto at_open_mail_slot = [&](const Cell& cell) {
        return cell.type == ElementType::import_export && world.mail_open;
    };
    if (at_open_mail_slot(*source) || at_open_mail_slot(*destination))
        return says::mail_open;
    if (!source->believed)
        return says::source_empty;
    if (destination->believed)
        return says::destination_full;
    if (world.cells.arm().holds && source->type != ElementType::transport)
        return says::mechanical_positioning_error;
    const auto* const drive = world.drive_at(source->address);
    if (!drive)
        return std::nullopt;
    const auto lun = static_cast<std::uint64_t>(drive - world.drives.data()) + 1;
    if (world.nexuses.removal_prevented(lun))
        return says::drive_prevents_removal;
    if (drive->loaded && world.personality().unkind.drive_needs_unload)
        return says::drive_not_unloaded;
    return std::nullopt;
}

void begin_move(World& world, const scsi::MoveMedium& move) {
    if (const auto sense = refusal(world, move))
        return finish(world, refused(*sense));
    const auto* const drive = world.drive_at(move.source);
    const auto& timing = world.options.timing;
    const auto unload = drive && drive->loaded ? timing.unload : std::chrono::milliseconds{0};
    step_after(world, unload + timing.move * 4 / 10, pick);
}

// --- scanning ---

bool in_scan(const Scan& scan, const Cell& cell) {
    if (scan.range)
        return scan.range->contains(cell.address);
    return cell.type == ElementType::storage || cell.type == ElementType::import_export;
}

void finish_scan(World& world) {
    const bool door = world.robot.running->scan->door;
    const auto& personality = world.personality();
    const bool told = personality.reports_door && !personality.unkind.ready_before_scanned &&
                      !personality.unkind.no_unit_attention_after_door;
    if (door && told)
        world.nexuses.attention(0, says::medium_may_have_changed);
    finish(world, {});
}

void skip_to_next_cell(World& world);

void look_at_cell(World& world) {
    Scan& scan = *world.robot.running->scan;
    world.cells.all()[scan.next_cell++].look();
    skip_to_next_cell(world);
}

void skip_to_next_cell(World& world) {
    Scan& scan = *world.robot.running->scan;
    const auto cells = world.cells.all();
    while (scan.next_cell < cells.size() && !in_scan(scan, cells[scan.next_cell]))
        ++scan.next_cell;
    if (scan.next_cell == cells.size())
        return finish_scan(world);
    step_after(world, world.options.timing.scan_per_cell, look_at_cell);
}

// --- one thing at a time ---

void start_next(World& world) {
    auto& robot = world.robot;
    if (robot.running || robot.waiting.empty())
        return;
    robot.running = robot.waiting.front();
    robot.waiting.pop_front();
    const auto& motion = *robot.running;
    if (const auto sense = not_ready(world); sense && motion.move)
        return finish(world, refused(*sense));
    if (motion.move)
        return begin_move(world, *motion.move);
    const bool door = motion.scan->door;
    step_after(world,
               door ? world.options.timing.scan_start : std::chrono::milliseconds{0},
               skip_to_next_cell);
}

} // namespace

void enqueue(World& world, const Motion& motion) {
    world.robot.waiting.push_back(motion);
    start_next(world);
}

void give_up_motion(World& world, const Response& response) {
    auto& running = world.robot.running;
    if (!running)
        return;
    Cell& arm = world.cells.arm();
    if (running->move && arm.holds) {
        Cell& source = *world.cells.find(running->move->source);
        if (source.address != arm.address && !source.holds)
            carry(arm, source);
    }
    finish(world, response);
}

void orphan_motions(World& world, NexusId nexus) {
    auto& [waiting, running, next_step] = world.robot;
    std::erase_if(waiting, [&](const Motion& motion) {
        return motion.nexus == nexus && motion.task != TaskId{} && !motion.must_run;
    });
    if (running && running->nexus == nexus)
        running->nexus = NexusId{};
}

void orphan_motion(World& world, TaskId task) {
    auto& [waiting, running, next_step] = world.robot;
    std::erase_if(waiting,
                  [&](const Motion& motion) { return motion.task == task && !motion.must_run; });
    if (running && running->task == task)
        running->nexus = NexusId{};
}

void restart(World& world) {
    world.timeline.cancel(world.robot.next_step);
    world.robot = {};
    for (auto& [id, task] : world.tasks)
        if (!task.outcome)
            task.outcome = Outcome{.connection_lost = true};
    world.nexuses.forget();
    world.restarting = true;
    world.timeline.after(world.options.timing.restart, [&world] {
        world.restarting = false;
        for (Cell& cell : world.cells.all())
            cell.look();
        start_next(world);
    });
}

void begin_load(World& world, Drive& drive) {
    drive.busy = true;
    const auto index = static_cast<std::size_t>(&drive - world.drives.data());
    drive.next_step = world.timeline.after(world.options.timing.load, [&world, index] {
        world.drives[index].busy = false;
        world.drives[index].loaded = true;
        world.nexuses.attention(index + 1, says::medium_may_have_changed);
    });
}

} // namespace changer::sim
