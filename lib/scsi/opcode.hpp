// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Operation codes, each the first byte of a CDB.
/// Source:  SPC-4 and SMC-3, operation code tables; E7h is the vendors' older form of 37h
namespace changer::scsi::opcode {

inline constexpr std::uint8_t test_unit_ready = 0x00;
inline constexpr std::uint8_t request_sense = 0x03;
inline constexpr std::uint8_t initialize_element_status = 0x07;
inline constexpr std::uint8_t inquiry = 0x12;
inline constexpr std::uint8_t mode_sense_6 = 0x1A;
inline constexpr std::uint8_t prevent_allow_medium_removal = 0x1E;
inline constexpr std::uint8_t initialize_element_status_with_range = 0x37;
inline constexpr std::uint8_t log_sense = 0x4D;
inline constexpr std::uint8_t mode_sense_10 = 0x5A;
inline constexpr std::uint8_t report_luns = 0xA0;
inline constexpr std::uint8_t move_medium = 0xA5;
inline constexpr std::uint8_t read_element_status = 0xB8;
inline constexpr std::uint8_t legacy_initialize_element_status_with_range = 0xE7;

} // namespace changer::scsi::opcode
