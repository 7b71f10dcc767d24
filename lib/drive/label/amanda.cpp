// SPDX-License-Identifier: Apache-2.0
#include "drive/label/formats.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <string_view>

namespace changer {
namespace {

/// Source:  Amanda's fileheader.h: names have at most 255 characters
constexpr std::size_t longest_line = 1024;

/// Takes a word off the front; empty if there is none.
std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

} // namespace

/// Source:  Amanda's fileheader.c: "AMANDA: TAPESTART DATE <date> TAPE <label>", a newline, a form
///          feed. A header of a dump here means a tape of Amanda's without its label
std::optional<Label> recognise_amanda(TapeStart start) {
    const auto text = first_block_text(start);
    if (!text || !text->starts_with("AMANDA: "))
        return std::nullopt;
    Label label{.type = "amanda"};
    const auto end = text->find('\n');
    if (end > longest_line) // or there is none
        return label;
    std::string_view line = std::string_view(*text).substr(0, end);
    take_word(line);
    if (take_word(line) != "TAPESTART" || take_word(line) != "DATE")
        return label;
    const std::string_view date = take_word(line);
    if (take_word(line) != "TAPE")
        return label;
    label.id = printable(take_word(line));
    label.info = printable(date);
    return label;
}

} // namespace changer
