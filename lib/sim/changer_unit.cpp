// SPDX-License-Identifier: Apache-2.0
#include "scsi/opcode.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/open_close_import_export_element.hpp"
#include "scsi/smc/position_to_element.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"
#include "sim/door.hpp"
#include "sim/reservations.hpp"
#include "sim/robot.hpp"
#include "sim/unit_commands.hpp"
#include "sim/units.hpp"

#include <array>
#include <vector>

namespace changer::sim {
namespace {

using scsi::Cdb;
using MaybeLater = std::optional<Response>;
namespace opcode = scsi::opcode;

constexpr std::size_t most_waiting = 32; ///< commands queued for the arm: then TASK SET FULL

MaybeLater answer_test_unit_ready(World& world, TaskId id) {
    if (const auto sense = not_ready(world))
        return refused(*sense);
    if (world.robot.moving() && world.robot.running->nexus != world.tasks.at(id).nexus)
        return refused(says::operation_in_progress);
    return Response{};
}

MaybeLater answer_prevent_allow(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    const auto command = scsi::decode_prevent_allow_medium_removal(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = not_ready(world); sense && world.unkind().prevent_needs_ready)
        return refused(*sense);
    Nexus& nexus = *world.nexuses.find(task.nexus);
    if (command->prevent) {
        nexus.prevents.insert(0);
        nexus.locks_shared_mail = command->lock_shared;
    } else if (world.unkind().allow_for_everybody) {
        world.nexuses.end_every_prevent(0);
    } else {
        nexus.prevents.erase(0);
    }
    return Response{};
}

// --- the arm ---

/// The elements that a motion touches.
std::vector<scsi::ElementAddress> elements_of(const Motion::Goal& goal) {
    if (const auto* const move = std::get_if<scsi::MoveMedium>(&goal))
        return {move->source, move->destination};
    if (const auto* const exchange = std::get_if<scsi::ExchangeMedium>(&goal))
        return {exchange->source, exchange->first_destination, exchange->second_destination};
    if (const auto* const position = std::get_if<scsi::PositionToElement>(&goal))
        return {position->destination};
    return {};
}

MaybeLater begin(World& world, TaskId id, const Motion::Goal& goal) {
    const Task& task = world.tasks.at(id);
    for (const auto element : elements_of(goal))
        if (reserved_by_another(world, task.nexus, element))
            return Response{.status = scsi::Status::reservation_conflict};
    if (const auto sense = not_ready(world))
        return refused(*sense);
    if (world.robot.waiting.size() >= most_waiting)
        return Response{.status = scsi::Status::task_set_full};
    Motion motion{.task = id, .nexus = task.nexus, .goal = goal};
    if (task.fault) {
        motion.effect = task.fault->effect;
        motion.must_run = motion.effect == Effect::drop;
    }
    enqueue(world, motion);
    return std::nullopt;
}

/// Begins the motion that a decoder makes of the command.
template <auto decode>
MaybeLater begin_motion(World& world, TaskId id) {
    const auto command = decode(world.tasks.at(id).cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    return begin(world, id, *command);
}

MaybeLater begin_scan(World& world, TaskId id, std::optional<scsi::ElementRange> range) {
    if (range && range->count == 0) // "to the end"
        range->count = static_cast<std::uint16_t>(0xFFFF - scsi::number(range->first));
    if (world.unkind().rescan_ignored)
        return Response{};
    return begin(world, id, Scan{.range = range});
}

MaybeLater begin_scan_of_all(World& world, TaskId id) {
    const auto command = scsi::decode_initialize_element_status(world.tasks.at(id).cdb);
    return command ? begin_scan(world, id, std::nullopt) : refused(says::invalid_field_in_cdb);
}

template <auto decode>
MaybeLater begin_scan_of_range(World& world, TaskId id) {
    const auto command = decode(world.tasks.at(id).cdb);
    return command ? begin_scan(world, id, command->range) : refused(says::invalid_field_in_cdb);
}

MaybeLater answer_read_element_status(World& world, TaskId id) {
    if (world.unkind().elements_wait_for_move && world.robot.moving()) {
        world.robot.readers.push_back(id);
        return std::nullopt;
    }
    return answer_element_status(world, world.tasks.at(id));
}

// --- mail slots ---

MaybeLater answer_open_close(World& world, TaskId id) {
    using Action = scsi::OpenCloseImportExportElement::Action;
    const auto command = scsi::decode_open_close_import_export_element(world.tasks.at(id).cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    const Cell* const cell = world.cells.find(command->element);
    if (!cell || cell->type != scsi::ElementType::import_export)
        return refused(says::invalid_element_address);
    if (const auto sense = not_ready(world))
        return refused(*sense);
    const bool open = command->action == Action::open;
    if (open && mail_held(world))
        return refused(says::removal_prevented);
    if (open != world.mail_open)
        set_mail_open(world, open);
    return Response{};
}

using namespace std::chrono_literals;
using enum WhenReserved;

constexpr auto reserve_in = at_once<answer_persistent_reserve_in>;
constexpr auto reserve_out = at_once<answer_persistent_reserve_out>;
constexpr auto supported = at_once<answer_supported_commands>;
constexpr auto rsoc = scsi::ReportSupportedOperationCodes::service_action;

/// Source:  Dell TL2000/TL4000 SCSI Reference, command timeouts
constexpr CommandTime quick{1s, 30s};
constexpr CommandTime scanning{60s, 660s};
constexpr CommandTime moving{60s, 1500s};
constexpr CommandTime exchanging{120s, 3000s};
constexpr CommandTime positioning{10s, 600s};

constexpr auto scan_range = begin_scan_of_range<scsi::decode_initialize_element_status_with_range>;
constexpr auto scan_legacy_range =
    begin_scan_of_range<scsi::decode_legacy_initialize_element_status_with_range>;
constexpr auto move = begin_motion<scsi::decode_move_medium>;
constexpr auto exchange = begin_motion<scsi::decode_exchange_medium>;
constexpr auto position = begin_motion<scsi::decode_position_to_element>;
constexpr auto request_volume = at_once<answer_request_volume_element_address>;

constexpr std::array changer_table{
    UnitCommand{opcode::test_unit_ready, 6, unless_legacy, quick, answer_test_unit_ready},
    UnitCommand{opcode::request_sense, 6, always, quick, at_once<answer_request_sense>},
    UnitCommand{opcode::initialize_element_status, 6, never, scanning, begin_scan_of_all},
    UnitCommand{opcode::inquiry, 6, always, quick, at_once<answer_inquiry>},
    UnitCommand{opcode::reserve_6, 6, always, quick, at_once<answer_reserve>},
    UnitCommand{opcode::release_6, 6, always, quick, at_once<answer_release>},
    UnitCommand{opcode::mode_sense_6, 6, write_exclusive, quick, at_once<answer_mode_sense>},
    UnitCommand{opcode::open_close_import_export_element, 6, never, positioning, answer_open_close},
    UnitCommand{opcode::prevent_allow_medium_removal, 6, harmless, quick, answer_prevent_allow},
    UnitCommand{opcode::position_to_element, 10, never, positioning, position},
    UnitCommand{opcode::initialize_element_status_with_range, 10, never, scanning, scan_range},
    UnitCommand{opcode::log_sense, 10, unless_legacy, quick, at_once<answer_log_sense>},
    UnitCommand{opcode::reserve_10, 10, always, quick, at_once<answer_reserve>},
    UnitCommand{opcode::release_10, 10, always, quick, at_once<answer_release>},
    UnitCommand{opcode::mode_sense_10, 10, write_exclusive, quick, at_once<answer_mode_sense>},
    UnitCommand{opcode::persistent_reserve_in, 10, unless_legacy, quick, reserve_in},
    UnitCommand{opcode::persistent_reserve_out, 10, unless_legacy, quick, reserve_out},
    UnitCommand{opcode::report_luns, 12, always, quick, at_once<answer_report_luns>},
    UnitCommand{opcode::maintenance_in, 12, write_exclusive, quick, supported, rsoc},
    UnitCommand{opcode::move_medium, 12, never, moving, move},
    UnitCommand{opcode::exchange_medium, 12, never, exchanging, exchange},
    UnitCommand{opcode::request_volume_element_address, 12, never, quick, request_volume},
    UnitCommand{opcode::send_volume_tag, 12, never, quick, at_once<answer_send_volume_tag>},
    UnitCommand{opcode::read_element_status, 12, harmless, quick, answer_read_element_status},
    UnitCommand{opcode::legacy_initialize_element_status_with_range,
                10,
                never,
                scanning,
                scan_legacy_range},
};

} // namespace

std::span<const UnitCommand> changer_commands() {
    return changer_table;
}

} // namespace changer::sim
