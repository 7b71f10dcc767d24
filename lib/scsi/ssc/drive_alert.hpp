// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/tape_alert.hpp"

namespace changer::scsi {

/// Flags of page 2Eh, as drives mean them, that something is done about.
namespace drive_alert {
inline constexpr std::size_t media = 4;
inline constexpr std::size_t media_life = 7;
inline constexpr std::size_t cleaning_media = 11;
inline constexpr std::size_t memory_chip_failure = 15;
inline constexpr std::size_t clean_now = 20;
inline constexpr std::size_t clean_periodic = 21;
inline constexpr std::size_t expired_cleaning_media = 22;
inline constexpr std::size_t invalid_cleaning_media = 23;
} // namespace drive_alert

/// Returns what a tape drive means by a flag; libraries name theirs otherwise. Empty text: no
/// meaning.
AlertText describe_drive_alert(std::size_t flag);

} // namespace changer::scsi
