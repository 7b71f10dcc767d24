// SPDX-License-Identifier: Apache-2.0
#include "scsi/opcode.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/opcode.hpp"
#include "sim/drives.hpp"
#include "sim/reservations.hpp"
#include "sim/unit_commands.hpp"
#include "sim/units.hpp"

#include <array>

namespace changer::sim {
namespace {

using MaybeLater = std::optional<Response>;
namespace opcode = scsi::opcode;

MaybeLater answer_drive_test_unit_ready(World& world, TaskId id) {
    const auto sense = drive_not_ready(world, *world.drive_of(world.tasks.at(id).lun));
    return sense ? refused(*sense) : Response{};
}

/// With IMMED the answer does not wait until it is done.
MaybeLater answer_load_unload(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    Drive& drive = *world.drive_of(task.lun);
    const auto command = scsi::decode_load_unload(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (!world.cells.find(drive.address)->holds)
        return command->load ? refused(says::medium_not_present) : Response{};
    if (drive.busy())
        return refused(says::becoming_ready);
    if (drive.loaded() == command->load) {
        drive.position = 0;
        return Response{};
    }
    if (!command->load && world.nexuses.removal_prevented(task.lun))
        return refused(says::drive_prevents_removal);
    const auto done = command->immediate ? TaskId{} : id;
    if (command->load)
        begin_load(world, drive, done);
    else
        begin_unload(world, drive, done);
    return command->immediate ? MaybeLater(Response{}) : std::nullopt;
}

MaybeLater answer_drive_prevent_allow(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    const auto command = scsi::decode_prevent_allow_medium_removal(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    auto& prevents = world.nexuses.find(task.nexus)->prevents;
    if (command->prevent)
        prevents.insert(task.lun);
    else
        prevents.erase(task.lun);
    return Response{};
}

using namespace std::chrono_literals;
using enum WhenReserved;

constexpr auto drive_reserve_in = at_once<answer_persistent_reserve_in>;
constexpr auto drive_reserve_out = at_once<answer_persistent_reserve_out>;
constexpr auto drive_supported = at_once<answer_supported_commands>;
constexpr auto drive_rsoc = scsi::ReportSupportedOperationCodes::service_action;

/// Source:  HP LTO drives, command timeouts
constexpr CommandTime at_rest{1s, 60s};
constexpr CommandTime reading{1s, 300s};
constexpr CommandTime winding{120s, 1200s};

constexpr std::array drive_table{
    UnitCommand{opcode::test_unit_ready, 6, unless_legacy, at_rest, answer_drive_test_unit_ready},
    UnitCommand{opcode::rewind, 6, never, winding, at_once<answer_rewind>},
    UnitCommand{opcode::request_sense, 6, always, at_rest, at_once<answer_request_sense>},
    UnitCommand{opcode::read_block_limits, 6, always, at_rest, at_once<answer_read_block_limits>},
    UnitCommand{opcode::read_6, 6, write_exclusive, reading, at_once<answer_read>},
    UnitCommand{opcode::space_6, 6, write_exclusive, winding, at_once<answer_space>},
    UnitCommand{opcode::inquiry, 6, always, at_rest, at_once<answer_inquiry>},
    UnitCommand{opcode::reserve_6, 6, always, at_rest, at_once<answer_reserve>},
    UnitCommand{opcode::release_6, 6, always, at_rest, at_once<answer_release>},
    UnitCommand{
        opcode::mode_sense_6, 6, write_exclusive, at_rest, at_once<answer_drive_mode_sense>},
    UnitCommand{opcode::load_unload, 6, never, winding, answer_load_unload},
    UnitCommand{
        opcode::prevent_allow_medium_removal, 6, harmless, at_rest, answer_drive_prevent_allow},
    UnitCommand{opcode::read_position, 10, write_exclusive, at_rest, at_once<answer_read_position>},
    UnitCommand{opcode::log_sense, 10, unless_legacy, at_rest, at_once<answer_log_sense>},
    UnitCommand{opcode::reserve_10, 10, always, at_rest, at_once<answer_reserve>},
    UnitCommand{opcode::release_10, 10, always, at_rest, at_once<answer_release>},
    UnitCommand{
        opcode::mode_sense_10, 10, write_exclusive, at_rest, at_once<answer_drive_mode_sense>},
    UnitCommand{opcode::persistent_reserve_in, 10, unless_legacy, at_rest, drive_reserve_in},
    UnitCommand{opcode::persistent_reserve_out, 10, unless_legacy, at_rest, drive_reserve_out},
    UnitCommand{
        opcode::read_attribute, 16, write_exclusive, at_rest, at_once<answer_read_attribute>},
    UnitCommand{opcode::report_luns, 12, always, at_rest, at_once<answer_report_luns>},
    UnitCommand{opcode::maintenance_in, 12, write_exclusive, at_rest, drive_supported, drive_rsoc},
};

} // namespace

std::span<const UnitCommand> drive_commands() {
    return drive_table;
}

} // namespace changer::sim
