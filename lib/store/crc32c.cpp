// SPDX-License-Identifier: Apache-2.0
#include "store/crc32c.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace changer::store {
namespace {

constexpr std::uint32_t reflected_polynomial = 0x82F63B78; // 1EDC6F41h, bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Makes the tables for eight bytes at a time: table n is for a byte with n more behind it.
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? reflected_polynomial : 0);
        tables[0][i] = crc;
    }
    for (std::size_t n = 1; n < tables.size(); ++n)
        for (std::size_t i = 0; i < 256; ++i)
            tables[n][i] = tables[n - 1][i] >> 8 ^ tables[0][tables[n - 1][i] & 0xFF];
    return tables;
}

constexpr Tables tables = make_tables();

} // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    std::uint32_t crc = ~previous;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        const std::uint32_t low = crc ^ (byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24);
        crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
              tables[4][low >> 24] ^ tables[3][byte(4)] ^ tables[2][byte(5)] ^ tables[1][byte(6)] ^
              tables[0][byte(7)];
    }
    for (std::size_t i = 0; i < bytes.size(); ++i)
        crc = crc >> 8 ^ tables[0][(crc ^ byte(i)) & 0xFF];
    return ~crc;
}

std::string crc_text(std::uint32_t crc) {
    return fmt::format("{:08x}", crc);
}

} // namespace changer::store
