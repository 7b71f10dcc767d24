// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

/// How long a command may take before its fate is called unknown. Generous on purpose: a host that
/// gives up resets the device, and a robot that is reset in a move drops what it carries.
///
/// Source:  the largest of Dell TL2000/TL4000 SCSI Reference, FreeBSD scsi_ch.c, Linux ch.c, mtx
/// and
///          an optical library's guide, rounded up
namespace changer::timeouts {

inline constexpr std::chrono::seconds identify{30}; ///< TEST UNIT READY, INQUIRY
inline constexpr std::chrono::seconds page{60};     ///< MODE SENSE, LOG SENSE, PREVENT ALLOW
inline constexpr std::chrono::seconds read_element_status{300}; ///< some move the robot for it
inline constexpr std::chrono::minutes move{20};                 ///< between slots
inline constexpr std::chrono::minutes move_drive{30};           ///< with a load or an unload in it
inline constexpr std::chrono::hours initialize_element_status{3};

} // namespace changer::timeouts
