// SPDX-License-Identifier: Apache-2.0
#include "sim/robot.hpp"

#include "sim/motions.hpp"
#include "sim/tasks.hpp"
#include "sim/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::sim {
namespace {

void begin(World& world) {
    switch (world.robot.running->goal.index()) {
    case 0:
        return begin_scan(world);
    case 1:
        return begin_move(world);
    case 2:
        return begin_exchange(world);
    default:
        return begin_position(world);
    }
}

void start_next(World& world) {
    auto& robot = world.robot;
    if (robot.running || robot.waiting.empty())
        return;
    robot.running = robot.waiting.front();
    robot.waiting.pop_front();
    if (const auto sense = not_ready(world); sense && !robot.running->scans())
        return finish_motion(world, refused(*sense));
    begin(world);
}

/// Answers the commands that waited for the arm to stand still.
void answer_readers(World& world) {
    for (const TaskId id : std::exchange(world.robot.readers, {}))
        if (const auto found = world.tasks.find(id); found != world.tasks.end())
            respond(world, id, answer_element_status(world, found->second));
}

/// Puts down what the arm of the running motion holds, where it came from.
void put_back(World& world) {
    Cell& arm = running_arm(world);
    if (!arm.holds)
        return;
    auto origin = arm.address;
    if (const auto* const move = std::get_if<scsi::MoveMedium>(&world.robot.running->goal))
        origin = move->source;
    else if (const auto* const two = std::get_if<scsi::ExchangeMedium>(&world.robot.running->goal))
        origin = two->first_destination;
    Cell* const cell = world.cells.find(origin);
    if (origin != arm.address && cell && !cell->holds)
        carry(arm, *cell);
}

} // namespace

void finish_motion(World& world, const Response& response) {
    const auto task = world.robot.running->task;
    world.timeline.cancel(world.robot.next_step);
    world.robot.running.reset();
    respond(world, task, response);
    answer_readers(world);
    start_next(world);
}

void step_after(World& world, std::chrono::milliseconds delay, void (*step)(World&)) {
    world.robot.next_step = world.timeline.after(delay, [&world, step] { step(world); });
}

void enqueue(World& world, const Motion& motion) {
    world.robot.waiting.push_back(motion);
    start_next(world);
}

void give_up_motion(World& world, const Response& response) {
    auto& running = world.robot.running;
    if (!running)
        return;
    if (!running->scans())
        put_back(world);
    finish_motion(world, response);
}

void orphan_motions(World& world, NexusId nexus) {
    auto& waiting = world.robot.waiting;
    auto& running = world.robot.running;
    std::erase_if(waiting, [&](const Motion& motion) {
        return motion.nexus == nexus && motion.task != TaskId{} && !motion.must_run;
    });
    if (running && running->nexus == nexus)
        running->nexus = NexusId{};
}

void orphan_motion(World& world, TaskId task) {
    auto& waiting = world.robot.waiting;
    auto& running = world.robot.running;
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
    world.reservations.clear();
    world.searches.clear();
    if (world.unkind().source_lost)
        for (Cell& cell : world.cells.all())
            cell.source.reset();
    world.restarting = true;
    world.timeline.after(world.options.timing.restart, [&world] {
        world.restarting = false;
        for (Cell& cell : world.cells.all())
            if (cell.present)
                cell.look();
        start_next(world);
    });
}

Result<void> move_silently(World& world, const scsi::MoveMedium& move) {
    auto sense = not_ready(world);
    if (!sense)
        sense = refusal(world, move);
    if (sense)
        return Error{
            Code::invalid_parameter,
            fmt::format(
                "the library refuses it: {:X}/{:02X}/{:02X}", sense->key, sense->asc, sense->ascq)};
    enqueue(world, {.goal = move});
    return {};
}

} // namespace changer::sim
