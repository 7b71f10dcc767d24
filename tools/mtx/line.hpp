// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::mtx {

/// The words of mtx; `device` is -f.
enum class Word : std::uint8_t {
    device,
    inquiry,
    status,
    invert,
    noattach,
    eepos,
    load,
    unload,
    transfer,
    first,
    last,
    previous,
    next,
    version,
    inventory,
    eject,
    erase,
    nobarcode,
    position,
    invert2,
    exchange,
    altres,
};

/// One word with what belongs to it.
struct Step {
    Word word = Word::status;
    std::array<int, 3> numbers{-1, -1, -1}; ///< -1: not given
    std::string device = {};                ///< of -f

    bool operator==(const Step&) const = default;
};

/// Why a line is not done, or not done to its end.
struct Refusal {
    std::string text; ///< for standard error, with its line's end; empty: the usage says it all
    bool usage = false;

    bool operator==(const Refusal&) const = default;
};

/// A command line, understood.
struct Line {
    std::vector<Step> steps;                       ///< what comes before the mistake
    std::optional<Refusal> refusal = std::nullopt; ///< the first mistake, of those seen from here
};

/// Reads a command line (without the program's name), and judges what can be judged without a
/// device.
///
/// Source:  mtx 1.3.12: a number is what begins with a digit; anything else is the next word
Line parse_line(std::span<const std::string> arguments);

/// Whether a word does something to media or to the robot.
bool is_act(Word word);

/// How a word is typed.
std::string_view name(Word word);

/// No element has a larger number or address.
inline constexpr int largest_number = 0xFFFF;

} // namespace changer::mtx
