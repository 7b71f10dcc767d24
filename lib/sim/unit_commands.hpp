// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/opcode.hpp"
#include "sim/world.hpp"

#include <chrono>
#include <optional>
#include <span>

namespace changer::sim {

/// Whether a command is answered while another initiator has the unit reserved.
///
/// Source:  SPC-4 and SMC-3, commands allowed in the presence of various reservations; SPC-2 for
///          RESERVE(6)
enum class WhenReserved : std::uint8_t {
    always,
    unless_legacy,   ///< not under RESERVE(6) and (10)
    write_exclusive, ///< only if the reservation keeps writers away, not readers
    harmless,        ///< ALLOW; READ ELEMENT STATUS that moves nothing
    never,
};

/// How long a command takes, as REPORT SUPPORTED OPERATION CODES tells it.
struct CommandTime {
    std::chrono::seconds nominal{1};
    std::chrono::seconds recommended{30};
};

/// One command of a unit: how it is found, who answers it.
struct UnitCommand {
    std::uint8_t opcode = 0;
    std::uint8_t cdb_length = 6;
    WhenReserved when_reserved = WhenReserved::never;
    CommandTime time = {};
    /// Nothing, if the answer comes later, by respond().
    std::optional<Response> (*answer)(World& world, TaskId task) = nullptr;
    std::optional<std::uint16_t> service_action = {};

    /// Source:  SAM-5: these are answered though a unit attention waits
    bool passes_attention() const {
        return opcode == scsi::opcode::inquiry || opcode == scsi::opcode::report_luns ||
               opcode == scsi::opcode::request_sense;
    }
};

/// Has a function that needs no time answer a command.
template <auto function>
std::optional<Response> at_once(World& world, TaskId id) {
    return function(world, world.tasks.at(id));
}

std::span<const UnitCommand> changer_commands();
std::span<const UnitCommand> drive_commands();

/// The commands of the unit at this LUN, which exists.
inline std::span<const UnitCommand> commands_of(std::uint64_t lun) {
    return lun == 0 ? changer_commands() : drive_commands();
}

/// Whether a unit of a library like this knows the command at all.
inline bool known(const World& world, std::uint64_t lun, const UnitCommand& command) {
    const bool prevent = command.opcode == scsi::opcode::prevent_allow_medium_removal;
    if (lun != 0)
        return true;
    return !world.options.without.test(command.opcode) &&
           !(prevent && world.personality().prevent == Prevent::unsupported);
}

} // namespace changer::sim
