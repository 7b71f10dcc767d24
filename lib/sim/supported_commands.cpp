// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/report_supported_operation_codes.hpp"
#include "sim/unit_commands.hpp"
#include "sim/units.hpp"

namespace changer::sim {
namespace {

using scsi::CommandSupport;

scsi::CommandTimeouts timeouts_of(const UnitCommand& row) {
    return {.nominal = row.time.nominal, .recommended = row.time.recommended};
}

/// Every command the unit knows.
Bytes all_commands(const World& world, std::uint64_t lun, bool timeouts) {
    std::vector<scsi::SupportedCommand> commands;
    for (const UnitCommand& row : commands_of(lun))
        if (known(world, lun, row))
            commands.push_back(
                {.opcode = row.opcode,
                 .service_action = row.service_action,
                 .cdb_length = row.cdb_length,
                 .timeouts = timeouts ? std::optional(timeouts_of(row)) : std::nullopt});
    return scsi::encode_supported_commands(commands);
}

/// One command: its bytes are looked at, all of them.
CommandSupport supported(const UnitCommand& row, bool timeouts) {
    CommandSupport support{.support = CommandSupport::Support::as_in_standard,
                           .usage = Bytes(row.cdb_length, std::byte{0xFF})};
    support.usage[0] = static_cast<std::byte>(row.opcode);
    if (row.service_action)
        support.usage[1] = static_cast<std::byte>(0xE0 | *row.service_action);
    if (timeouts)
        support.timeouts = timeouts_of(row);
    return support;
}

} // namespace

/// Source:  SPC-4, REPORT SUPPORTED OPERATION CODES: option 1 is refused for a command with service
///          actions, option 2 for one without
Response answer_supported_commands(const World& world, const Task& task) {
    using Which = scsi::ReportSupportedOperationCodes::Options;
    const auto command = scsi::decode_report_supported_operation_codes(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (command->options == Which::all)
        return with_data(all_commands(world, task.lun, command->timeouts),
                         command->allocation_length);
    CommandSupport found{.support = CommandSupport::Support::not_supported};
    for (const UnitCommand& row : commands_of(task.lun)) {
        if (row.opcode != command->requested_opcode || !known(world, task.lun, row))
            continue;
        const bool has_action = row.service_action.has_value();
        if ((has_action && command->options == Which::one) ||
            (!has_action && command->options == Which::one_with_service_action))
            return refused(says::invalid_field_in_cdb);
        if (!has_action || *row.service_action == command->requested_service_action)
            found = supported(row, command->timeouts);
    }
    return with_data(scsi::encode_command_support(found), command->allocation_length);
}

} // namespace changer::sim
