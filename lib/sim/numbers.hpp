// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace changer::sim {

/// Reads a whole text as a number of at most `max`; none if it is anything else.
inline std::optional<std::uint32_t>
to_number(std::string_view text, std::uint32_t max, int base = 10) {
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc{} || stop != end || value > max)
        return std::nullopt;
    return value;
}

} // namespace changer::sim
