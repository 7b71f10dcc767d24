// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace changer::store {

/// Computes CRC32C (Castagnoli) of `bytes`; pass the previous result to go on over more of them.
///
/// Source:  RFC 3720 B.4 (polynomial 1EDC6F41h, reflected; the check value of "123456789")
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0);

/// Writes a checksum as it stands in the files: eight lower-case hexadecimal digits. Checksums are
/// compared as this text, so that a flipped case bit of a digit is a difference too.
std::string crc_text(std::uint32_t crc);

/// Characters of that text.
inline constexpr std::size_t crc_digits = 8;

} // namespace changer::store
