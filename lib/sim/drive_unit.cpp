// SPDX-License-Identifier: Apache-2.0
#include "scsi/opcode.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "sim/robot.hpp"
#include "sim/tasks.hpp"
#include "sim/units.hpp"

namespace changer::sim {
namespace {

/// Source:  SSC-4, operation codes
constexpr std::uint8_t rewind = 0x01;
constexpr std::uint8_t load_unload = 0x1B;

/// Why a drive is not ready; nothing if a cartridge is threaded.
std::optional<Sense> drive_not_ready(World& world, const Drive& drive) {
    if (!world.cells.find(drive.address)->holds)
        return says::medium_not_present;
    if (drive.busy)
        return says::becoming_ready;
    if (!drive.loaded)
        return says::initializing_command_required;
    return std::nullopt;
}

/// Has the drive do something that takes its time; with IMMED the answer does not wait for it.
std::optional<Response>
busy_for(World& world, TaskId id, std::chrono::milliseconds time, bool loaded_afterwards) {
    const Task& task = world.tasks.at(id);
    const auto index = static_cast<std::size_t>(task.lun - 1);
    Drive& drive = world.drives[index];
    const bool immediate = (task.cdb.be(1, 1) & 0x01) != 0;
    drive.busy = true;
    drive.next_step = world.timeline.after(time, [&world, index, id, loaded_afterwards] {
        world.drives[index].busy = false;
        world.drives[index].loaded = loaded_afterwards;
        respond(world, id, {});
    });
    return immediate ? std::optional(Response{}) : std::nullopt;
}

std::optional<Response> answer_load_unload(World& world, TaskId id, const Drive& drive) {
    const Task& task = world.tasks.at(id);
    const bool load = (task.cdb.be(4, 1) & 0x01) != 0;
    if (!world.cells.find(drive.address)->holds)
        return load ? std::optional(refused(says::medium_not_present)) : Response{};
    if (drive.busy)
        return refused(says::becoming_ready);
    if (drive.loaded == load)
        return Response{};
    if (!load && world.nexuses.removal_prevented(task.lun))
        return refused(says::drive_prevents_removal);
    const auto& timing = world.options.timing;
    return busy_for(world, id, load ? timing.load : timing.unload, load);
}

Response answer_prevent_allow(World& world, const Task& task) {
    const auto command = scsi::decode_prevent_allow_medium_removal(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    auto& prevents = world.nexuses.find(task.nexus)->prevents;
    if (command->prevent)
        prevents.insert(task.lun);
    else
        prevents.erase(task.lun);
    return {};
}

} // namespace

std::optional<Response> answer_as_drive(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    const Drive& drive = world.drives[static_cast<std::size_t>(task.lun - 1)];
    switch (task.cdb.opcode()) {
    case scsi::opcode::test_unit_ready: {
        const auto sense = drive_not_ready(world, drive);
        return sense ? refused(*sense) : Response{};
    }
    case rewind: {
        const auto sense = drive_not_ready(world, drive);
        return sense ? refused(*sense) : Response{};
    }
    case load_unload:
        return answer_load_unload(world, id, drive);
    case scsi::opcode::prevent_allow_medium_removal:
        return answer_prevent_allow(world, task);
    default:
        return refused(says::unsupported_opcode);
    }
}

} // namespace changer::sim
