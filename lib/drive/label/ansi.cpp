// SPDX-License-Identifier: Apache-2.0
#include "drive/label/formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace changer {
namespace {

/// Source:  IBM z/OS DFSMS Using Magnetic Tapes, standard volume label
constexpr std::size_t ibm_owner_at = 41;
constexpr std::size_t ibm_owner_length = 10;

/// The characters of labels in IBM code page 037; '\0': this code is none of them.
constexpr char from_ebcdic(unsigned char code) {
    constexpr std::string_view rows[16] = {
        {},
        {},
        {},
        {},
        {" \0\0\0\0\0\0\0\0\0\0.<(+|", 16},
        {"&\0\0\0\0\0\0\0\0\0!$*);\0", 16},
        {"-/\0\0\0\0\0\0\0\0\0,%_>?", 16},
        {"\0\0\0\0\0\0\0\0\0`:#@'=\"", 16},
        {"\0abcdefghi", 10},
        {"\0jklmnopqr", 10},
        {"\0~stuvwxyz", 10},
        {},
        {"{ABCDEFGHI", 10},
        {"}JKLMNOPQR", 10},
        {"\0\0STUVWXYZ", 10},
        {"0123456789", 10},
    };
    const std::string_view row = rows[code >> 4];
    const std::size_t column = code & 0x0F;
    return column < row.size() ? row[column] : '\0';
}

static_assert(from_ebcdic(0xE5) == 'V' && from_ebcdic(0xD6) == 'O' && from_ebcdic(0xD3) == 'L' &&
              from_ebcdic(0xF1) == '1' && from_ebcdic(0x40) == ' ' && from_ebcdic(0x6D) == '_');

/// A field without the blanks and NULs around it. A code that is no character is shown as what it
/// is, so that two names that differ stay different.
std::string ebcdic_name(std::string_view field) {
    constexpr std::string_view padding("\x40\0", 2);
    const auto last = field.find_last_not_of(padding);
    field = field.substr(0, last == field.npos ? 0 : last + 1);
    field.remove_prefix(std::min(field.find_first_not_of(padding), field.size()));
    std::string name;
    for (const char c : field) {
        const auto code = static_cast<unsigned char>(c);
        const char character = from_ebcdic(code);
        name += character != '\0' ? std::string(1, character) : fmt::format("\\x{:02x}", code);
    }
    return name;
}

} // namespace

std::optional<Label> recognise_ansi(TapeStart start) {
    const auto text = first_block_text(start, vol1::length);
    if (!text || !text->starts_with("VOL1"))
        return std::nullopt;
    const std::string_view label = *text;
    return Label{.type = "ansi",
                 .id = label_name(label.substr(vol1::name_at, vol1::name_length)),
                 .info = label_name(label.substr(vol1::owner_at, vol1::owner_length))};
}

std::optional<Label> recognise_ebcdic(TapeStart start) {
    const auto text = first_block_text(start, vol1::length);
    if (!text || !text->starts_with("\xE5\xD6\xD3\xF1"))
        return std::nullopt;
    const std::string_view label = *text;
    return Label{.type = "ebcdic",
                 .id = ebcdic_name(label.substr(vol1::name_at, vol1::name_length)),
                 .info = ebcdic_name(label.substr(ibm_owner_at, ibm_owner_length))};
}

} // namespace changer
