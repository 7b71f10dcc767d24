// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/spc/log_sense.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>

namespace changer::scsi {

/// TapeAlert flags by their own number, 1 to 64; bit 0 is never set.
using TapeAlertFlags = std::bitset<65>;

namespace tape_alert {
inline constexpr std::uint8_t log_page = 0x2E;
inline constexpr std::size_t door_open = 16;
inline constexpr std::size_t magazine_not_present = 18;
inline constexpr std::size_t door_opened_during_operation = 19;
} // namespace tape_alert

/// Decodes log page 2Eh of a library or a drive; parameters that are not flags are passed over.
///
/// Source:  SMC-3 and SSC-4, TapeAlert log page; TapeAlert 3.0
/// Errors:  malformed_response — another page, a truncated header, or flags cut short: reading
///          clears them, so that half a page must be known for what it is
Result<TapeAlertFlags> decode_tape_alert(std::span<const std::byte> received);

/// Encodes log page 2Eh: all 64 flags, 324 bytes.
Bytes encode_tape_alert(const TapeAlertFlags& flags);

enum class AlertSeverity : std::uint8_t { information, warning, critical };

struct AlertText {
    AlertSeverity severity = AlertSeverity::information;
    std::string_view text;
};

/// Returns what a library means by a flag; drives name theirs otherwise. Empty text: no meaning.
AlertText describe_library_alert(std::size_t flag);

} // namespace changer::scsi
