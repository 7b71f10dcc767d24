// SPDX-License-Identifier: Apache-2.0
#include "sim/commands.hpp"

#include "scsi/opcode.hpp"
#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace changer::sim {
namespace {

namespace opcode = scsi::opcode;

struct CommandName {
    std::string_view name;
    std::uint8_t opcode;
};

/// One name for a code that means different things to a changer and to a drive.
constexpr std::array names{
    CommandName{"tur", opcode::test_unit_ready},
    CommandName{"rewind", 0x01},
    CommandName{"request-sense", opcode::request_sense},
    CommandName{"ies", opcode::initialize_element_status},
    CommandName{"read", 0x08},
    CommandName{"space", 0x11},
    CommandName{"inquiry", opcode::inquiry},
    CommandName{"reserve", opcode::reserve_6},
    CommandName{"release", opcode::release_6},
    CommandName{"mode-sense", opcode::mode_sense_6},
    CommandName{"open-close", opcode::open_close_import_export_element},
    CommandName{"load", 0x1B},
    CommandName{"prevent", opcode::prevent_allow_medium_removal},
    CommandName{"position", opcode::position_to_element},
    CommandName{"read-position", 0x34},
    CommandName{"ies-range", opcode::initialize_element_status_with_range},
    CommandName{"log-sense", opcode::log_sense},
    CommandName{"pr-in", opcode::persistent_reserve_in},
    CommandName{"pr-out", opcode::persistent_reserve_out},
    CommandName{"read-attribute", 0x8C},
    CommandName{"report-luns", opcode::report_luns},
    CommandName{"rsoc", opcode::maintenance_in},
    CommandName{"move", opcode::move_medium},
    CommandName{"exchange", opcode::exchange_medium},
    CommandName{"request-volume", opcode::request_volume_element_address},
    CommandName{"send-volume-tag", opcode::send_volume_tag},
    CommandName{"res", opcode::read_element_status},
};

} // namespace

std::optional<std::uint8_t> parse_opcode(std::string_view text) {
    const auto* const named = std::find_if(
        names.begin(), names.end(), [&](const CommandName& row) { return row.name == text; });
    if (named != names.end())
        return named->opcode;
    const auto value = to_number(text, 0xFF, 16);
    return value ? std::optional(static_cast<std::uint8_t>(*value)) : std::nullopt;
}

std::string command_names() {
    std::string text;
    for (const CommandName& row : names)
        text += fmt::format("{}{}", text.empty() ? "" : " ", row.name);
    return text;
}

} // namespace changer::sim
