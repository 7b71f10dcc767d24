// SPDX-License-Identifier: Apache-2.0
#include "mtx/line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace changer::mtx {
namespace {

struct WordRow {
    Word word;
    std::string_view name;
    std::size_t numbers = 0; ///< at most
    bool act = false;
};

constexpr std::array rows{
    WordRow{Word::device, "-f"},
    WordRow{Word::inquiry, "inquiry"},
    WordRow{Word::status, "status"},
    WordRow{Word::invert, "invert"},
    WordRow{Word::noattach, "noattach"},
    WordRow{Word::eepos, "eepos", 1},
    WordRow{Word::load, "load", 2, true},
    WordRow{Word::unload, "unload", 2, true},
    WordRow{Word::transfer, "transfer", 2, true},
    WordRow{Word::first, "first", 1, true},
    WordRow{Word::last, "last", 1, true},
    WordRow{Word::previous, "previous", 1, true},
    WordRow{Word::next, "next", 1, true},
    WordRow{Word::version, "--version"},
    WordRow{Word::inventory, "inventory", 0, true},
    WordRow{Word::eject, "eject", 0, true},
    WordRow{Word::erase, "erase", 0, true},
    WordRow{Word::nobarcode, "nobarcode"},
    WordRow{Word::position, "position", 1, true},
    WordRow{Word::invert2, "invert2"},
    WordRow{Word::exchange, "exchange", 3, true},
    WordRow{Word::altres, "altres"},
};

const WordRow& row(Word word) {
    return *std::find_if(
        rows.begin(), rows.end(), [&](const WordRow& each) { return each.word == word; });
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads a number; none if something else than blanks is behind its digits. What is larger than any
/// element's number stays so, however large it is.
std::optional<int> to_number(std::string_view text) {
    constexpr int most = 1'000'000'000;
    std::int64_t value = 0;
    while (!text.empty() && is_digit(text.front())) {
        value = std::min<std::int64_t>(value * 10 + (text.front() - '0'), most);
        text.remove_prefix(1);
    }
    const bool blank = text.find_first_not_of(" \t\r\n") == text.npos;
    return blank ? std::optional(static_cast<int>(value)) : std::nullopt;
}

// --- what can be judged without a device ---

using Verdict = std::optional<std::string>;

bool impossible(int number) {
    return number == 0 || number > largest_number;
}

std::string bad_slot(std::string_view adjective, int number, Word word) {
    return fmt::format(
        "{} <storage-element-number> argument '{}' to '{}' command", adjective, number, name(word));
}

std::string bad_drive(int number, Word word) {
    return fmt::format("illegal <drive-number> argument '{}' to '{}' command", number, name(word));
}

Verdict judge_load(const Step& step) {
    const auto [slot, drive, none] = step.numbers;
    if (slot < 1)
        return "No source specified";
    if (slot > largest_number)
        return bad_slot("Invalid", slot, step.word);
    return drive > largest_number ? Verdict(bad_drive(drive, step.word)) : std::nullopt;
}

Verdict judge_unload(const Step& step) {
    const auto [slot, drive, none] = step.numbers;
    if (impossible(slot))
        return bad_slot("illegal", slot, step.word);
    return drive > largest_number ? Verdict(bad_drive(drive, step.word)) : std::nullopt;
}

Verdict judge_transfer(const Step& step) {
    const auto [source, destination, third] = step.numbers;
    if (source < 1)
        return "No source specified";
    if (destination < 1)
        return "No destination specified";
    if (source > largest_number)
        return "Invalid source";
    return destination > largest_number || impossible(third) ? Verdict("Invalid destination")
                                                             : std::nullopt;
}

Verdict judge_drive(const Step& step) {
    const int drive = step.numbers[0];
    return drive > largest_number ? Verdict(bad_drive(drive, step.word)) : std::nullopt;
}

/// Judges one step; the text says what is wrong.
Verdict judge(const Step& step) {
    switch (step.word) {
    case Word::load:
        return judge_load(step);
    case Word::unload:
        return judge_unload(step);
    case Word::transfer:
    case Word::exchange:
        return judge_transfer(step);
    case Word::first:
    case Word::last:
    case Word::previous:
    case Word::next:
        return judge_drive(step);
    case Word::position:
        return impossible(step.numbers[0])
                   ? Verdict(bad_slot("Invalid", step.numbers[0], step.word))
                   : std::nullopt;
    case Word::eepos:
        return step.numbers[0] < 0 || step.numbers[0] > 3
                   ? Verdict("eepos equires argument between 0 and 3.")
                   : std::nullopt;
    case Word::erase:
        return "mtx: erase is for a tape drive, and nothing is sent to one: use mt(1)";
    default:
        return std::nullopt;
    }
}

/// Reads words one after the other.
class Parser {
  public:
    explicit Parser(std::span<const std::string> arguments)
        : rest_(arguments) {}

    Line parse() {
        while (!rest_.empty() && !line_.refusal)
            take_step();
        return std::move(line_);
    }

  private:
    void take_step() {
        const std::string& typed = rest_.front();
        const auto* const found = std::find_if(
            rows.begin(), rows.end(), [&](const WordRow& each) { return each.name == typed; });
        if (found == rows.end())
            return refuse({.usage = true});
        rest_ = rest_.subspan(1);
        Step step{.word = found->word};
        if (found->word == Word::device) {
            if (rest_.empty())
                return refuse({.usage = true});
            step.device = rest_.front();
            rest_ = rest_.subspan(1);
        }
        for (std::size_t i = 0; i < found->numbers && next_is_number(); ++i)
            if (!take_number(step.numbers.at(i)))
                return;
        if (auto wrong = judge(step))
            return refuse({.text = *wrong + "\n"});
        line_.steps.push_back(std::move(step));
    }

    bool next_is_number() const {
        return !rest_.empty() && !rest_.front().empty() && is_digit(rest_.front().front());
    }

    bool take_number(int& number) {
        const auto value = to_number(rest_.front());
        if (!value) {
            refuse({.text = fmt::format("mtx: '{}' is no number\n", rest_.front())});
            return false;
        }
        number = *value;
        rest_ = rest_.subspan(1);
        return true;
    }

    void refuse(Refusal refusal) { line_.refusal = std::move(refusal); }

    std::span<const std::string> rest_;
    Line line_;
};

} // namespace

Line parse_line(std::span<const std::string> arguments) {
    return Parser(arguments).parse();
}

bool is_act(Word word) {
    return row(word).act;
}

std::string_view name(Word word) {
    return row(word).name;
}

} // namespace changer::mtx
