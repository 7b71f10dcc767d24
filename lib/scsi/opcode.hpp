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
inline constexpr std::uint8_t reserve_6 = 0x16;
inline constexpr std::uint8_t release_6 = 0x17;
inline constexpr std::uint8_t mode_sense_6 = 0x1A;
inline constexpr std::uint8_t open_close_import_export_element = 0x1B;
inline constexpr std::uint8_t start_stop_unit = 0x1B; ///< the same, said by older hosts
inline constexpr std::uint8_t prevent_allow_medium_removal = 0x1E;
inline constexpr std::uint8_t position_to_element = 0x2B;
inline constexpr std::uint8_t initialize_element_status_with_range = 0x37;
inline constexpr std::uint8_t log_sense = 0x4D;
inline constexpr std::uint8_t reserve_10 = 0x56;
inline constexpr std::uint8_t release_10 = 0x57;
inline constexpr std::uint8_t mode_sense_10 = 0x5A;
inline constexpr std::uint8_t persistent_reserve_in = 0x5E;
inline constexpr std::uint8_t persistent_reserve_out = 0x5F;
inline constexpr std::uint8_t report_luns = 0xA0;
inline constexpr std::uint8_t maintenance_in = 0xA3; ///< REPORT SUPPORTED OPERATION CODES is one
inline constexpr std::uint8_t move_medium = 0xA5;
inline constexpr std::uint8_t exchange_medium = 0xA6;
inline constexpr std::uint8_t request_volume_element_address = 0xB5;
inline constexpr std::uint8_t send_volume_tag = 0xB6;
inline constexpr std::uint8_t read_element_status = 0xB8;
inline constexpr std::uint8_t legacy_initialize_element_status_with_range = 0xE7;

} // namespace changer::scsi::opcode
