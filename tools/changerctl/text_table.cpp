// SPDX-License-Identifier: Apache-2.0
#include "changerctl/text_table.hpp"

#include <algorithm>
#include <array>

namespace changer::ctl {
namespace {

constexpr std::string_view red = "\x1b[31m", green = "\x1b[32m", yellow = "\x1b[33m";
constexpr std::string_view plain = "\x1b[0m";

struct WordColour {
    std::string_view word;
    std::string_view colour;
};

constexpr std::array word_colours{
    WordColour{"online", green},
    WordColour{"passed", green},
    WordColour{"locked", green},
    WordColour{"closed", green},
    WordColour{"offline", red},
    WordColour{"failed", red},
    WordColour{"open", yellow},
    WordColour{"unlocked", yellow},
    WordColour{"waiting", yellow},
    WordColour{"pending", yellow},
    WordColour{"starting", yellow},
    WordColour{"stale", yellow},
    WordColour{"running", yellow},
    WordColour{"cancelled", yellow},
    WordColour{"stopped", yellow},
};

/// Returns the length of the UTF-8 character that `text` begins with; 0 if it is none, or steers.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80)
        return byte(0) >= 0x20 && byte(0) != 0x7F ? 1 : 0;
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    const bool steers = byte(0) == 0xC2 && byte(1) < 0xA0; // C1 control characters
    return steers ? 0 : length;
}

std::size_t width(std::string_view text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

} // namespace

std::string printable(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        safe += length == 0 ? std::string_view("?") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return safe;
}

std::string cut(std::string_view text, std::size_t columns) {
    std::string safe = printable(text);
    std::size_t end = 0;
    for (std::size_t n = 0; n < columns && end < safe.size(); ++n)
        end += std::max<std::size_t>(character_length(std::string_view(safe).substr(end)), 1);
    return safe.substr(0, end);
}

std::string coloured(std::string_view state, bool colour) {
    const auto has_colour = [&](const WordColour& row) { return row.word == state; };
    const auto row = std::find_if(word_colours.begin(), word_colours.end(), has_colour);
    if (!colour || row == word_colours.end())
        return std::string(state);
    return std::string(row->colour).append(state).append(plain);
}

std::string TextTable::str(bool colour) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(printable(row[i])));
    }
    std::string all;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string cell = printable(row[i]);
            line += coloured(cell, colour);
            line.append(widths[i] - width(cell) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        all += line + "\n";
    }
    return all;
}

} // namespace changer::ctl
