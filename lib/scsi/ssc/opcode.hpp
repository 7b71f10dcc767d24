// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Operation codes of tape drives that changers do not have, or call otherwise.
/// Source:  SSC-4, operation code table; READ ATTRIBUTE: SPC-4
namespace changer::scsi::opcode {

inline constexpr std::uint8_t rewind = 0x01;
inline constexpr std::uint8_t read_block_limits = 0x05;
inline constexpr std::uint8_t read_6 = 0x08;
inline constexpr std::uint8_t space_6 = 0x11;
inline constexpr std::uint8_t load_unload = 0x1B;
inline constexpr std::uint8_t read_position = 0x34;
inline constexpr std::uint8_t read_attribute = 0x8C;

} // namespace changer::scsi::opcode
