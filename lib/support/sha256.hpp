// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace changer {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// Computes the SHA-256 digest of `bytes`.
///
/// Source:  FIPS 180-4, 6.2
/// Notes:   for tokens and names; no dependency of the project offers it
Sha256Digest sha256(std::string_view bytes);

} // namespace changer
