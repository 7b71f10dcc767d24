// SPDX-License-Identifier: Apache-2.0
#include "support/uuid.hpp"

#include "support/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace changer {
namespace {

constexpr std::array<std::size_t, 4> dashes{8, 13, 18, 23};

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
    std::string bytes(space.begin(), space.end());
    bytes += name;
    const auto digest = sha256(bytes);
    Uuid uuid{};
    std::copy_n(digest.begin(), uuid.size(), uuid.begin());
    return marked(uuid, 8);
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
