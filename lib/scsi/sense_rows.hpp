// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"

#include <array>
#include <initializer_list>

/// What the two files of rows are written with.
namespace changer::scsi {

inline constexpr unsigned element =
    16; ///< stands for a key: the code comes in an element descriptor
inline constexpr std::nullopt_t nothing_else = std::nullopt;

/// Returns the bits of some sense keys.
constexpr std::uint32_t keys(std::initializer_list<unsigned> numbers) {
    std::uint32_t bits = 0;
    for (const auto number : numbers)
        bits |= 1u << number;
    return bits;
}

} // namespace changer::scsi
