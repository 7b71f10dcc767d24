// SPDX-License-Identifier: Apache-2.0
#include "support/uuid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

namespace changer {
namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::array<std::size_t, 4> dashes{8, 13, 18, 23};

using Sha1State = std::array<std::uint32_t, 5>;

/// What each quarter of the 80 rounds mixes in. Source: FIPS 180-4 4.1.1, 4.2.1
std::uint32_t mixed(std::size_t round, const Sha1State& s) {
    if (round < 20)
        return ((s[1] & s[2]) | (~s[1] & s[3])) + 0x5A827999U;
    if (round < 40)
        return (s[1] ^ s[2] ^ s[3]) + 0x6ED9EBA1U;
    if (round < 60)
        return ((s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])) + 0x8F1BBCDCU;
    return (s[1] ^ s[2] ^ s[3]) + 0xCA62C1D6U;
}

void take_block(Sha1State& state, const std::uint8_t* block) {
    std::array<std::uint32_t, 80> words{};
    for (std::size_t i = 0; i < 16; ++i)
        for (std::size_t byte = 0; byte < 4; ++byte)
            words[i] = words[i] << 8U | block[i * 4 + byte];
    for (std::size_t i = 16; i < words.size(); ++i)
        words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    auto s = state;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto next = std::rotl(s[0], 5) + mixed(i, s) + s[4] + words[i];
        s = {next, s[0], std::rotl(s[1], 30), s[2], s[3]};
    }
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] += s[i];
}

/// Source: FIPS 180-4 6.1. For names only: nothing here is kept secret by it.
Sha1State sha1(std::vector<std::uint8_t> bytes) {
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    bytes.push_back(0x80);
    while (bytes.size() % block_bytes != block_bytes - 8)
        bytes.push_back(0);
    for (unsigned shift = 64; shift > 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(bits >> (shift - 8)));
    Sha1State state{0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U, 0xC3D2E1F0U};
    for (std::size_t at = 0; at < bytes.size(); at += block_bytes)
        take_block(state, bytes.data() + at);
    return state;
}

Uuid marked(Uuid uuid, unsigned version) {
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | version << 4U);
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);
    return uuid;
}

std::optional<unsigned> hex_value(char c) {
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

} // namespace

Uuid name_uuid(const Uuid& space, std::string_view name) {
    std::vector<std::uint8_t> bytes(space.begin(), space.end());
    bytes.reserve(block_bytes * 2);
    for (const char c : name)
        bytes.push_back(static_cast<std::uint8_t>(c));
    const auto hash = sha1(std::move(bytes));
    Uuid uuid{};
    for (std::size_t i = 0; i < uuid.size(); ++i)
        uuid[i] = static_cast<std::uint8_t>(hash[i / 4] >> (24 - i % 4 * 8));
    return marked(uuid, 5);
}

Uuid random_uuid(const Uuid& random) {
    return marked(random, 4);
}

std::string to_string(const Uuid& uuid) {
    std::string text;
    for (const auto byte : uuid) {
        if (std::find(dashes.begin(), dashes.end(), text.size()) != dashes.end())
            text += '-';
        text += fmt::format("{:02x}", byte);
    }
    return text;
}

std::optional<Uuid> uuid_from_string(std::string_view text) {
    constexpr std::size_t length = 36;
    if (text.size() != length)
        return std::nullopt;
    Uuid uuid{};
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < length; ++i) {
        if (std::find(dashes.begin(), dashes.end(), i) != dashes.end()) {
            if (text[i] != '-')
                return std::nullopt;
            continue;
        }
        const auto value = hex_value(text[i]);
        if (!value)
            return std::nullopt;
        uuid[nibble / 2] = static_cast<std::uint8_t>(unsigned{uuid[nibble / 2]} << 4U | *value);
        ++nibble;
    }
    return uuid;
}

} // namespace changer
