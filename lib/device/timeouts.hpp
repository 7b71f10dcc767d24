// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace changer {

/// Commands that take about the same time.
enum class CommandClass : std::uint8_t {
    identify,      ///< TEST UNIT READY, INQUIRY, REQUEST SENSE
    page,          ///< MODE SENSE, LOG SENSE, PREVENT ALLOW, reservations
    read_elements, ///< READ ELEMENT STATUS: some move the robot for it
    search,        ///< SEND VOLUME TAG, REQUEST VOLUME ELEMENT ADDRESS
    move,          ///< MOVE MEDIUM between slots
    move_drive,    ///< MOVE MEDIUM with a load or an unload in it
    exchange,      ///< EXCHANGE MEDIUM
    position,      ///< POSITION TO ELEMENT
    import_export, ///< OPEN/CLOSE IMPORT/EXPORT ELEMENT
    rescan_range,  ///< INITIALIZE ELEMENT STATUS WITH RANGE, of a part
    rescan,        ///< INITIALIZE ELEMENT STATUS, of the whole library
    load_tape,     ///< a drive's LOAD UNLOAD
    wind_tape,     ///< REWIND, SPACE
    read_tape,     ///< READ
    read_memory,   ///< READ ATTRIBUTE
};

inline constexpr std::size_t command_class_count = 15;

/// One row of the table of times.
struct TimeoutRow {
    CommandClass which = CommandClass::identify;
    std::string_view name;                 ///< the enumerator's spelling, as in quirk files
    std::chrono::seconds usual{};          ///< where nobody knows better
    std::span<const std::uint8_t> opcodes; ///< what a device is asked about; none: it is not asked
    /// Which devices are asked: the same code is another command of another device.
    scsi::DeviceType device = scsi::DeviceType::changer;
};

/// Returns the row of a class; every enumerator has one.
const TimeoutRow& timeout_row(CommandClass which);

/// Finds a class by its name; none if no row has it.
std::optional<CommandClass> command_class_from_name(std::string_view name);

/// Times that replace the usual ones, as far as they are known.
struct Timeouts {
    std::array<std::optional<std::chrono::seconds>, command_class_count> known{};

    std::optional<std::chrono::seconds>& at(CommandClass which) {
        return known.at(static_cast<std::size_t>(which));
    }

    const std::optional<std::chrono::seconds>& at(CommandClass which) const {
        return known.at(static_cast<std::size_t>(which));
    }

    /// Lets every time of `other` replace ours.
    void overlay(const Timeouts& other);

    bool empty() const { return *this == Timeouts{}; }

    bool operator==(const Timeouts&) const = default;
};

} // namespace changer
