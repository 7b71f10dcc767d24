// SPDX-License-Identifier: Apache-2.0
#include "device/timeouts.hpp"

#include "scsi/opcode.hpp"
#include "scsi/ssc/opcode.hpp"

namespace changer {
namespace {

using namespace std::chrono_literals;
namespace opcode = scsi::opcode;

constexpr auto tape = scsi::DeviceType::tape;
constexpr std::array move_codes{opcode::move_medium};
constexpr std::array exchange_codes{opcode::exchange_medium};
constexpr std::array position_codes{opcode::position_to_element};
constexpr std::array import_export_codes{opcode::open_close_import_export_element};
constexpr std::array range_codes{opcode::initialize_element_status_with_range,
                                 opcode::legacy_initialize_element_status_with_range};
constexpr std::array rescan_codes{opcode::initialize_element_status};
constexpr std::array load_codes{opcode::load_unload};
constexpr std::array wind_codes{opcode::rewind, opcode::space_6};

/// Generous on purpose: a host that gives up resets the device, and a robot that is reset in a move
/// drops what it carries. A device is asked only about what moves its robot: the rest is quick
/// everywhere, and a device that says otherwise is wrong.
///
/// Source:  the largest of Dell TL2000/TL4000 SCSI Reference (move 12 min, with a drive 25,
///          mail slot 10, inventory 11), FreeBSD scsi_ch.c (15 min), Linux ch.c (5 min, inventory
///          1 h), mtx (5 min, inventory 30), an optical library's guide (10 min), Tandberg's 2U
///          reference (inventory: 3 h at worst), rounded up; drives: HP LTO (load, unload and
///          rewind 10 min, space 20, read 5, chip 1), rounded up
constexpr std::array<TimeoutRow, command_class_count> timeout_rows{{
    {CommandClass::identify, "identify", 30s, {}},
    {CommandClass::page, "page", 60s, {}},
    {CommandClass::read_elements, "read_elements", 300s, {}},
    {CommandClass::search, "search", 120s, {}},
    {CommandClass::move, "move", 20min, move_codes},
    {CommandClass::move_drive, "move_drive", 30min, move_codes},
    {CommandClass::exchange, "exchange", 60min, exchange_codes},
    {CommandClass::position, "position", 15min, position_codes},
    {CommandClass::import_export, "import_export", 10min, import_export_codes},
    {CommandClass::rescan_range, "rescan_range", 1h, range_codes},
    {CommandClass::rescan, "rescan", 3h, rescan_codes},
    {CommandClass::load_tape, "load_tape", 15min, load_codes, tape},
    {CommandClass::wind_tape, "wind_tape", 30min, wind_codes, tape},
    {CommandClass::read_tape, "read_tape", 10min, {}, tape},
    {CommandClass::read_memory, "read_memory", 2min, {}, tape},
}};

constexpr bool timeout_rows_in_order() {
    for (std::size_t i = 0; i < timeout_rows.size(); ++i)
        if (static_cast<std::size_t>(timeout_rows.at(i).which) != i)
            return false;
    return true;
}

static_assert(timeout_rows_in_order(), "one row for each CommandClass, in order");

} // namespace

const TimeoutRow& timeout_row(CommandClass which) {
    return timeout_rows.at(static_cast<std::size_t>(which));
}

std::optional<CommandClass> command_class_from_name(std::string_view name) {
    for (const TimeoutRow& row : timeout_rows)
        if (row.name == name)
            return row.which;
    return std::nullopt;
}

void Timeouts::overlay(const Timeouts& other) {
    for (std::size_t i = 0; i < known.size(); ++i)
        if (other.known.at(i))
            known.at(i) = other.known.at(i);
}

} // namespace changer
