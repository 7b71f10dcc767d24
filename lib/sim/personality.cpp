// SPDX-License-Identifier: Apache-2.0
#include "sim/personality.hpp"

#include <algorithm>
#include <array>

namespace changer::sim {
namespace {

constexpr std::array table{
    Personality{.name = "default", .what = "locks its door, reports it, reads barcodes"},
    Personality{.name = "cannot-lock",
                .what = "PREVENT is refused with 5/20/00, the door opens at any time",
                .prevent = Prevent::unsupported,
                .reports_lock = false},
    Personality{.name = "lock-without-effect",
                .what = "PREVENT answers GOOD, the door opens all the same",
                .prevent = Prevent::good_without_effect,
                .reports_lock = false},
    Personality{.name = "silent-door",
                .what = "never reports its door: stays ready, no unit attention",
                .reports_door = false},
    Personality{.name = "no-barcode-reader",
                .what = "reports no volume tags, sees only whether a cell is full",
                .barcode_reader = false},
    Personality{.name = "vendor-door-code",
                .what = "says 2/04/83 while its door is open, as the small IBM and Dell ones do",
                .vendor = "IBM",
                .product = "3573-TL",
                .revision = "F.11",
                .door_open = {0x2, 0x04, 0x83}},
};

} // namespace

std::span<const Personality> personalities() {
    return table;
}

const Personality* find_personality(std::string_view name) {
    const auto found = std::find_if(
        table.begin(), table.end(), [&](const Personality& row) { return row.name == name; });
    return found == table.end() ? nullptr : &*found;
}

} // namespace changer::sim
