// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace changer {

/// What every answer to READ ELEMENT STATUS begins with: its own header and that of one page.
///
/// Source:  SMC-3 6.10
inline constexpr std::size_t headers = 16;

/// Room for one descriptor: the longest seen (Exabyte Magnum, drive with DVCID and tags).
inline constexpr std::size_t descriptor_room = 104;

} // namespace changer
