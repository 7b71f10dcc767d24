// SPDX-License-Identifier: Apache-2.0
#include "scsi/opcode.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "sim/robot.hpp"
#include "sim/units.hpp"

namespace changer::sim {
namespace {

using scsi::Cdb;
namespace opcode = scsi::opcode;

constexpr std::size_t most_waiting = 32; ///< commands queued for the arm: then TASK SET FULL

Response answer_test_unit_ready(const World& world, NexusId nexus) {
    if (const auto sense = not_ready(world))
        return refused(*sense);
    const auto& running = world.robot.running;
    if (running && running->move && running->nexus != nexus)
        return refused(says::operation_in_progress);
    return {};
}

Response answer_prevent_allow(World& world, NexusId nexus, const Cdb& cdb) {
    const auto& personality = world.personality();
    if (personality.prevent == Prevent::unsupported)
        return refused(says::unsupported_opcode);
    const auto command = scsi::decode_prevent_allow_medium_removal(cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = not_ready(world); sense && personality.unkind.prevent_needs_ready)
        return refused(*sense);
    if (command->prevent)
        world.nexuses.find(nexus)->prevents.insert(0);
    else if (personality.unkind.allow_for_everybody)
        world.nexuses.end_every_prevent(0);
    else
        world.nexuses.find(nexus)->prevents.erase(0);
    return {};
}

std::optional<Response> begin(World& world, const Task& task, Motion motion) {
    if (const auto sense = not_ready(world))
        return refused(*sense);
    if (world.robot.waiting.size() >= most_waiting)
        return Response{.status = scsi::Status::task_set_full};
    motion.nexus = task.nexus;
    if (task.fault) {
        motion.effect = task.fault->effect;
        motion.must_run = motion.effect == Effect::drop;
    }
    enqueue(world, motion);
    return std::nullopt;
}

std::optional<Response> begin_move(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    const auto command = scsi::decode_move_medium(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    return begin(world, task, {.task = id, .move = *command});
}

std::optional<Response>
begin_scan(World& world, TaskId id, std::optional<scsi::ElementRange> range) {
    const Task& task = world.tasks.at(id);
    if (range && range->count == 0) // "to the end"
        range->count = static_cast<std::uint16_t>(0xFFFF - scsi::number(range->first));
    if (world.personality().unkind.rescan_ignored)
        return Response{};
    return begin(world, task, {.task = id, .scan = Scan{.range = range}});
}

} // namespace

std::optional<Response> answer_as_changer(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    const Cdb& cdb = task.cdb;
    switch (cdb.opcode()) {
    case opcode::test_unit_ready:
        return answer_test_unit_ready(world, task.nexus);
    case opcode::mode_sense_6:
    case opcode::mode_sense_10:
        return answer_mode_sense(world, cdb);
    case opcode::log_sense:
        return answer_log_sense(*world.nexuses.find(task.nexus), cdb);
    case opcode::prevent_allow_medium_removal:
        return answer_prevent_allow(world, task.nexus, cdb);
    case opcode::read_element_status:
        return answer_element_status(world, cdb);
    case opcode::move_medium:
        return begin_move(world, id);
    case opcode::initialize_element_status:
        return begin_scan(world, id, std::nullopt);
    case opcode::initialize_element_status_with_range: {
        const auto command = scsi::decode_initialize_element_status_with_range(cdb);
        return command ? begin_scan(world, id, command->range)
                       : refused(says::invalid_field_in_cdb);
    }
    default:
        return refused(says::unsupported_opcode);
    }
}

} // namespace changer::sim
