// SPDX-License-Identifier: Apache-2.0
#include "sim/tasks.hpp"

#include "scsi/spc/sense.hpp"
#include "sim/reservations.hpp"
#include "sim/robot.hpp"
#include "sim/units.hpp"

#include <utility>

namespace changer::sim {
namespace {

Outcome outcome_of(Response response) {
    Outcome outcome{.status = response.status, .data = std::move(response.data)};
    if (response.sense)
        outcome.sense = scsi::encode_sense_fixed(*response.sense);
    return outcome;
}

void settle(World& world, TaskId id, Outcome outcome) {
    const auto found = world.tasks.find(id);
    if (found != world.tasks.end() && !found->second.outcome)
        found->second.outcome = std::move(outcome);
}

/// What a fault does before a command is looked at; true if the command ends with that.
bool spoiled_at_once(World& world, TaskId id, Task& task) {
    switch (task.fault->effect) {
    case Effect::sense:
        task.outcome = outcome_of(refused(task.fault->sense));
        return true;
    case Effect::status:
        task.outcome = Outcome{.status = static_cast<scsi::Status>(task.fault->value)};
        return true;
    case Effect::timeout:
        task.never_answered = true;
        return true;
    case Effect::drop_before: {
        const auto nexus = task.nexus;
        settle(world, id, {.connection_lost = true});
        lose(world, nexus);
        return true;
    }
    case Effect::sense_after:
    case Effect::timeout_after:
    case Effect::drop:
    case Effect::drop_after:
    case Effect::garbage:
    case Effect::short_data:
    case Effect::delay:
    case Effect::stuck:
    case Effect::reset:
    case Effect::misread:
    case Effect::unread:
    case Effect::random:
        break;
    }
    return false;
}

/// What a fault does to an answer that is ready; true if somebody else settles the task.
bool spoiled_at_the_end(World& world, TaskId id, Task& task, Response& response) {
    if (!task.fault)
        return false;
    const Fault fault = *std::exchange(task.fault, std::nullopt);
    switch (fault.effect) {
    case Effect::sense_after:
        response = refused(fault.sense);
        return false;
    case Effect::timeout_after:
        task.never_answered = true;
        return true;
    case Effect::drop: // submit() cuts the connection as soon as the unit has the command
        return true;
    case Effect::drop_after:
        lose(world, task.nexus);
        return true;
    case Effect::garbage:
        for (std::byte& byte : response.data)
            byte = static_cast<std::byte>(world.random() & 0xFF);
        return false;
    case Effect::short_data:
        response.data.resize(std::min<std::size_t>(response.data.size(), fault.value));
        return false;
    case Effect::delay:
        world.timeline.after(std::chrono::milliseconds{fault.value},
                             [&world, id, response] { settle(world, id, outcome_of(response)); });
        return true;
    case Effect::sense:
    case Effect::status:
    case Effect::timeout:
    case Effect::drop_before:
    case Effect::stuck:
    case Effect::reset:
    case Effect::misread:
    case Effect::unread:
    case Effect::random:
        break;
    }
    return false;
}

} // namespace

TaskId submit(World& world,
              NexusId nexus,
              std::uint64_t lun,
              const scsi::Cdb& cdb,
              std::span<const std::byte> data_out) {
    const TaskId id{++world.last_task};
    Task& task = world.tasks[id];
    task = {.nexus = nexus,
            .lun = lun,
            .cdb = cdb,
            .data_out = Bytes(data_out.begin(), data_out.end())};
    if (!world.nexuses.find(nexus)) {
        task.outcome = Outcome{.connection_lost = true};
        return id;
    }
    ++(lun == 0 ? world.changer_commands : world.drive_commands)[cdb.opcode()];
    task.fault = world.faults.meet(lun, cdb.opcode(), world.random);
    if (task.fault && spoiled_at_once(world, id, task))
        return id;
    const bool drop = task.fault && task.fault->effect == Effect::drop;
    if (auto response = answer(world, id))
        respond(world, id, *std::move(response));
    if (drop)
        lose(world, nexus);
    return id;
}

void respond(World& world, TaskId id, Response response) {
    const auto found = world.tasks.find(id);
    if (found == world.tasks.end() || found->second.outcome || found->second.never_answered)
        return;
    if (!spoiled_at_the_end(world, id, found->second, response))
        settle(world, id, outcome_of(std::move(response)));
}

void lose(World& world, NexusId nexus) {
    for (auto& [id, task] : world.tasks)
        if (task.nexus == nexus && !task.outcome)
            task.outcome = Outcome{.connection_lost = true};
    orphan_motions(world, nexus);
    end_reservations(world, nexus);
    world.searches.erase(nexus);
    world.nexuses.logout(nexus);
}

void reset_unit(World& world, std::uint64_t lun) {
    if (lun > world.drives.size())
        return;
    for (auto& [id, task] : world.tasks)
        if (task.lun == lun && !task.outcome)
            task.outcome = Outcome{.status = scsi::Status::task_aborted};
    if (lun == 0) {
        std::erase_if(world.robot.waiting,
                      [](const Motion& motion) { return motion.task != TaskId{}; });
        if (world.robot.running && world.robot.running->task != TaskId{})
            give_up_motion(world, {});
    }
    reset_reservations(world, lun);
    world.nexuses.end_every_prevent(lun);
    world.nexuses.attention(lun, says::device_reset);
}

} // namespace changer::sim
