// SPDX-License-Identifier: Apache-2.0
#include "support/text.hpp"

#include "support/result.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>

namespace changer {
namespace {

int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// Takes `width` decimal digits off the front; none if they are not there.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
    int value = 0;
    if (text.size() < width)
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + width, value);
    if (error != std::errc{} || end != text.data() + width || text[0] == '-')
        return std::nullopt;
    text.remove_prefix(width);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text[0] != expected)
        return false;
    text.remove_prefix(1);
    return true;
}

/// Reads ".123" to milliseconds; no fraction is none of them.
std::optional<std::chrono::milliseconds> take_fraction(std::string_view& text) {
    if (!take(text, '.'))
        return std::chrono::milliseconds{0};
    int value = 0;
    int digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits)
        if (digits < 3)
            value = value * 10 + (text[0] - '0');
    if (digits == 0)
        return std::nullopt;
    for (; digits < 3; ++digits)
        value *= 10;
    return std::chrono::milliseconds{value};
}

/// The length of the one UTF-8 character that `text` begins with; 0 if that is none, or if it is a
/// control character.
///
/// Source:  RFC 3629, syntax of UTF-8 byte sequences: no overlong forms, no surrogates
std::size_t character_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = at(0);
    if (first < 0x80)
        return first >= 0x20 && first != 0x7F ? 1 : 0;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((at(i) & 0xC0) != 0x80)
            return 0;
    const unsigned second = at(1);
    const bool forbidden = (first == 0xC2 && second < 0xA0) || // U+0080 to U+009F
                           (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                           (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return forbidden ? 0 : length;
}

} // namespace

std::string to_string(const Sense& sense) {
    return fmt::format("{:X}/{:02X}/{:02X}", sense.key, sense.asc, sense.ascq);
}

std::string to_string(const Error& error) {
    if (!error.sense)
        return error.what;
    return fmt::format("{} ({})", error.what, to_string(*error.sense));
}

std::string_view trim_padding(std::string_view text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) // 24 times for most labels
        text.remove_suffix(1);
    return text;
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = text[0] == '\\' ? 0 : character_length(text);
        if (length == 0)
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
        else
            result += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::string to_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte b : bytes) {
        text += digits[std::to_integer<unsigned>(b) >> 4];
        text += digits[std::to_integer<unsigned>(b) & 0x0F];
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    Bytes bytes;
    int high = -1;
    for (const char c : text) {
        if ((c == ' ' || c == '\n' || c == '\t' || c == '\r') && high < 0)
            continue;
        const int value = digit(c);
        if (value < 0)
            return std::nullopt;
        if (high >= 0)
            bytes.push_back(static_cast<std::byte>(high << 4 | value));
        high = high >= 0 ? -1 : value;
    }
    if (high >= 0)
        return std::nullopt;
    return bytes;
}

std::string to_rfc3339(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto days = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss clock{seconds - days};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                       static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()),
                       clock.hours().count(),
                       clock.minutes().count(),
                       clock.seconds().count());
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
    const auto year = take_number(text, 4);
    const auto month = take(text, '-') ? take_number(text, 2) : std::nullopt;
    const auto day = take(text, '-') ? take_number(text, 2) : std::nullopt;
    const auto hour = take(text, 'T') ? take_number(text, 2) : std::nullopt;
    const auto minute = take(text, ':') ? take_number(text, 2) : std::nullopt;
    const auto second = take(text, ':') ? take_number(text, 2) : std::nullopt;
    if (!year || !month || !day || !hour || !minute || !second)
        return std::nullopt;
    const auto fraction = take_fraction(text);
    if (!fraction || text != "Z" || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok())
        return std::nullopt;
    return WallTime{std::chrono::sys_days{date} + std::chrono::hours{*hour} +
                    std::chrono::minutes{*minute} + std::chrono::seconds{*second} + *fraction};
}

} // namespace changer
