// SPDX-License-Identifier: Apache-2.0
#include "changerctl/sense_question.hpp"

#include "changerctl/text_table.hpp"
#include "device/quirks.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace changer::ctl {
namespace {

constexpr std::string_view expected =
    "expected KEY/ASC/ASCQ (2/04/8E), element ASC/ASCQ (element 83/02), or sense data in "
    "hexadecimal (70 00 02 ...)";

Error invalid(const std::string& what) {
    return {Code::invalid_parameter, fmt::format("{}; {}", what, expected)};
}

std::string_view without_prefix(std::string_view word) {
    if (word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
        word.remove_prefix(2);
    return word;
}

/// One or two hexadecimal digits, as "8e", "0x8E" or "8Eh".
std::optional<std::uint8_t> read_byte(std::string_view word) {
    word = without_prefix(word);
    if (word.size() > 1 && (word.back() == 'h' || word.back() == 'H'))
        word.remove_suffix(1);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
    if (word.empty() || word.size() > 2 || error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return static_cast<std::uint8_t>(value);
}

enum class Source { command, element };

Result<SenseQuestion> read_code(const std::string& text, Source source) {
    std::vector<std::uint8_t> numbers;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('/', at), text.size());
        const auto number = read_byte(std::string_view(text).substr(at, end - at));
        if (!number)
            return invalid(fmt::format("\"{}\" is not a sense code", printable(text)));
        numbers.push_back(*number);
        at = end + 1;
    }
    if (numbers.size() == 2)
        return SenseQuestion{.code = {.asc = numbers[0], .ascq = numbers[1]}, .element = true};
    if (numbers.size() != 3 || source == Source::element)
        return invalid(fmt::format("\"{}\" has {} numbers", printable(text), numbers.size()));
    if (numbers[0] > 0x0F)
        return invalid(fmt::format("{:02X} is not a sense key, 0 to F", numbers[0]));
    return SenseQuestion{.code = {numbers[0], numbers[1], numbers[2]}};
}

/// Puts words together to digits; a byte may be written as one digit where it stands alone.
Result<SenseQuestion> read_bytes(const std::vector<std::string>& words) {
    std::string digits;
    for (const std::string& word : words) {
        const auto bare = without_prefix(word);
        if (bare.size() == 1)
            digits += '0';
        digits += bare;
    }
    const auto bytes = from_hex(digits);
    if (!bytes || bytes->empty())
        return invalid(fmt::format("\"{}\" is neither a code nor whole bytes",
                                   printable(fmt::format("{}", fmt::join(words, " ")))));
    auto data = scsi::decode_sense(*bytes);
    if (!data)
        return invalid(data.error().what);
    return SenseQuestion{.code = data->sense, .data = *std::move(data)};
}

std::vector<std::string> split(const std::vector<std::string>& typed) {
    std::vector<std::string> words;
    for (const std::string& text : typed) {
        bool inside = false;
        for (const char c : text) {
            const bool between = c == ' ' || c == ',' || c == '\t' || c == '\n';
            if (!between && !inside)
                words.emplace_back();
            if (!between)
                words.back() += c;
            inside = !between;
        }
    }
    return words;
}

bool is_element(const std::string& word) {
    constexpr std::string_view name = "element";
    return std::equal(word.begin(), word.end(), name.begin(), name.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    });
}

} // namespace

Result<SenseQuestion> read_sense_question(const std::vector<std::string>& typed) {
    auto words = split(typed);
    if (words.empty())
        return invalid("there is nothing to explain");
    const auto source = is_element(words.front()) ? Source::element : Source::command;
    if (source == Source::element)
        words.erase(words.begin());
    const bool code = std::any_of(words.begin(), words.end(), [](const std::string& word) {
        return word.find('/') != word.npos;
    });
    if (code && words.size() == 1)
        return read_code(words.front(), source);
    if (code || source == Source::element)
        return invalid("one code is explained at a time");
    return read_bytes(words);
}

std::optional<scsi::VendorFamily> family_of_model(std::string_view model) {
    const auto trimmed = [](std::string_view text) {
        const auto start = std::min(text.find_first_not_of(' '), text.size());
        return trim_padding(text.substr(start));
    };
    model = trimmed(model);
    const auto vendor = model.substr(0, model.find(' '));
    const auto product = trimmed(model.substr(vendor.size()));
    const auto family = Quirks::builtin()
                            .find(vendor, product, "")
                            .sense_family.value_or(scsi::vendor_family(vendor, product));
    if (family == scsi::VendorFamily::generic)
        return std::nullopt;
    return family;
}

std::string to_string(const SenseQuestion& question) {
    if (question.element)
        return fmt::format("element {:02X}/{:02X}", question.code.asc, question.code.ascq);
    return changer::to_string(question.code);
}

} // namespace changer::ctl
