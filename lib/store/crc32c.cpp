// SPDX-License-Identifier: Apache-2.0
#include "store/crc32c.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace changer::store {
namespace {

constexpr std::uint32_t reflected_polynomial = 0x82F63B78; // 1EDC6F41h, bits reversed

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? reflected_polynomial : 0);
        table[i] = crc;
    }
    return table;
}

constexpr std::array table = make_table();

} // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
    std::uint32_t crc = ~previous;
    for (const char c : bytes)
        crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
    return ~crc;
}

std::string crc_text(std::uint32_t crc) {
    return fmt::format("{:08x}", crc);
}

} // namespace changer::store
