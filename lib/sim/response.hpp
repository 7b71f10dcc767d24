// SPDX-License-Identifier: Apache-2.0
#pragma once

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
    std::optional<Sense> sense = {};
};

/// Answers with data, cut to what the command has room for.
inline Response with_data(Bytes data, std::size_t allocation_length) {
    data.resize(std::min(data.size(), allocation_length));
    return {.data = std::move(data)};
}

inline Response refused(const Sense& sense) {
    return {.status = scsi::Status::check_condition, .sense = sense};
}

/// Source:  SPC-4 and SMC-3, additional sense codes
namespace says {
inline constexpr Sense becoming_ready{0x2, 0x04, 0x01};
inline constexpr Sense initializing_command_required{0x2, 0x04, 0x02};
inline constexpr Sense operation_in_progress{0x2, 0x04, 0x07};
inline constexpr Sense offline{0x2, 0x04, 0x12};
inline constexpr Sense medium_not_present{0x2, 0x3A, 0x00};
inline constexpr Sense mail_open{0x2, 0x3A, 0x02};
inline constexpr Sense mechanical_positioning_error{0x4, 0x15, 0x01};
inline constexpr Sense unsupported_opcode{0x5, 0x20, 0x00};
inline constexpr Sense invalid_element_address{0x5, 0x21, 0x01};
inline constexpr Sense invalid_field_in_cdb{0x5, 0x24, 0x00};
inline constexpr Sense unsupported_lun{0x5, 0x25, 0x00};
inline constexpr Sense saving_parameters_not_supported{0x5, 0x39, 0x00};
inline constexpr Sense destination_full{0x5, 0x3B, 0x0D};
inline constexpr Sense source_empty{0x5, 0x3B, 0x0E};
inline constexpr Sense drive_not_unloaded{0x5, 0x3B, 0x90}; ///< Exabyte and Tandberg Magnum
inline constexpr Sense drive_prevents_removal{0x5, 0x53, 0x03};
inline constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};
inline constexpr Sense mail_slot_accessed{0x6, 0x28, 0x01};
inline constexpr Sense device_reset{0x6, 0x29, 0x03};
} // namespace says

} // namespace changer::sim
