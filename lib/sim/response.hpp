// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/spc/sense.hpp"
#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/sense.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace changer::sim {

/// What a device server says to a command.
struct Response {
    scsi::Status status = scsi::Status::good;
    Bytes data = {};
    std::optional<scsi::SenseData> sense = {};
};

/// Answers with data, cut to what the command has room for.
inline Response with_data(Bytes data, std::size_t allocation_length) {
    data.resize(std::min(data.size(), allocation_length));
    return {.data = std::move(data)};
}

/// Answers with sense; data may come with it.
inline Response refused(const Sense& sense) {
    return {.status = scsi::Status::check_condition, .sense = scsi::SenseData{.sense = sense}};
}

/// Source:  SPC-4 and SMC-3, additional sense codes
namespace says {
inline constexpr Sense filemark_detected{0x0, 0x00, 0x01};
inline constexpr Sense beginning_of_partition{0x0, 0x00, 0x04};
inline constexpr Sense becoming_ready{0x2, 0x04, 0x01};
inline constexpr Sense initializing_command_required{0x2, 0x04, 0x02};
inline constexpr Sense operation_in_progress{0x2, 0x04, 0x07};
inline constexpr Sense medium_memory_not_accessible{0x2, 0x04, 0x10};
inline constexpr Sense offline{0x2, 0x04, 0x12};
inline constexpr Sense cleaning_cartridge_installed{0x2, 0x30, 0x03};
inline constexpr Sense cleaning_failure{0x2, 0x30, 0x07};
inline constexpr Sense medium_not_present{0x2, 0x3A, 0x00};
inline constexpr Sense mail_open{0x2, 0x3A, 0x02};
inline constexpr Sense unrecovered_read_error{0x3, 0x11, 0x00};
inline constexpr Sense mechanical_positioning_error{0x4, 0x15, 0x01};
inline constexpr Sense parameter_list_length_error{0x5, 0x1A, 0x00};
inline constexpr Sense unsupported_opcode{0x5, 0x20, 0x00};
inline constexpr Sense invalid_element_address{0x5, 0x21, 0x01};
inline constexpr Sense invalid_field_in_cdb{0x5, 0x24, 0x00};
inline constexpr Sense unsupported_lun{0x5, 0x25, 0x00};
inline constexpr Sense invalid_field_in_parameter_list{0x5, 0x26, 0x00};
inline constexpr Sense invalid_release{0x5, 0x26, 0x04};
inline constexpr Sense command_sequence_error{0x5, 0x2C, 0x00};
inline constexpr Sense saving_parameters_not_supported{0x5, 0x39, 0x00};
inline constexpr Sense destination_full{0x5, 0x3B, 0x0D};
inline constexpr Sense source_empty{0x5, 0x3B, 0x0E};
inline constexpr Sense magazine_removed{0x5, 0x3B, 0x12};
inline constexpr Sense drive_not_unloaded{0x5, 0x3B, 0x90}; ///< Exabyte and Tandberg Magnum
inline constexpr Sense removal_prevented{0x5, 0x53, 0x02};
inline constexpr Sense drive_prevents_removal{0x5, 0x53, 0x03};
inline constexpr Sense drive_not_installed{0x5, 0x83, 0x04}; ///< IBM TS3310
inline constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};
inline constexpr Sense mail_slot_accessed{0x6, 0x28, 0x01};
inline constexpr Sense device_reset{0x6, 0x29, 0x03};
inline constexpr Sense reservations_preempted{0x6, 0x2A, 0x03};
inline constexpr Sense reservations_released{0x6, 0x2A, 0x04};
inline constexpr Sense registrations_preempted{0x6, 0x2A, 0x05};
inline constexpr Sense unable_to_decrypt{0x7, 0x74, 0x01};
inline constexpr Sense end_of_data{0x8, 0x00, 0x05};
} // namespace says

} // namespace changer::sim
