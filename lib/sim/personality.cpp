// SPDX-License-Identifier: Apache-2.0
#include "sim/personality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace changer::sim {
namespace {

constexpr Sense magazine_removed{0x2, 0x3B, 0x12};

constexpr std::array personality_table{
    Personality{.name = "default", .what = "locks its door, reports it, reads barcodes"},
    Personality{.name = "cannot-lock",
                .what = "PREVENT is refused with 5/20/00, the door opens at any time",
                .prevent = Prevent::unsupported,
                .reports_lock = false},
    Personality{.name = "lock-without-effect",
                .what = "PREVENT answers GOOD, the door opens all the same",
                .reports_lock = false,
                .unkind = {.prevent_without_effect = true}},
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
                .timeouts_page = true,
                .door_open = {0x2, 0x04, 0x83}},
    // Dell PowerVault TL2000/TL4000 SCSI Reference: 3B/12, then 04/01, then 28/00
    Personality{.name = "magazines",
                .what = "no door: magazines, 2/3B/12 while one is out (small IBM and Dell ones)",
                .vendor = "IBM",
                .product = "3573-TL",
                .revision = "F.11",
                .timeouts_page = true,
                .magazines = Magazines{.out = magazine_removed},
                .layout = {.first_slot = 0x1000}},
    // Quantum SuperLoader 3 Software Interface Guide
    Personality{.name = "superloader",
                .what = "no door: magazines, 2/04/03 while one is out, 6/3B/12 and 6/3B/13",
                .vendor = "QUANTUM",
                .product = "UHDL",
                .revision = "0100",
                .magazines = Magazines{.out = Sense{0x2, 0x04, 0x03},
                                       .pulled = Sense{0x6, 0x3B, 0x12},
                                       .pushed = Sense{0x6, 0x3B, 0x13}},
                .layout = {.identifiers = Identifiers::serial_only}},
    // HP to the T10 reflector, 2008-04-23, on 07-372r1: 3B/12 in element status, 05 to moves
    Personality{.name = "ready-magazines",
                .what = "no door: magazines, stays ready while one is out, moves to it 5/3B/12",
                .magazines = Magazines{}},
    // IBM TS4500 documentation; the captures of a 03584L32
    Personality{.name = "ibm-3584",
                .what =
                    "IBM 3584 class: addresses 401h 301h 101h, PREVENT holds the mail slots only",
                .vendor = "IBM",
                .product = "03584L32",
                .revision = "2C02",
                .serial_form = SerialForm::first_address,
                .prevent = Prevent::mail,
                .door_open = {0x2, 0x04, 0x85},
                .not_scanned = {0x81, 0x00},
                .no_barcode = {0x11, 0x00},
                .layout = {.first_mail_slot = 0x301,
                           .first_drive = 0x101,
                           .first_slot = 0x401,
                           .identifier_rule = IdentifierRule::ibm_3584,
                           .blank_tags = true},
                .unkind = {.allow_for_everybody = true, .prevent_needs_ready = true}},
    Personality{.name = "two-sided",
                .what = "cartridges have two sides and two labels, the arm turns them over",
                .two_sided = true,
                .layout = {.alternate_tags = true}},
};

} // namespace

std::span<const Personality> personalities() {
    return personality_table;
}

const Personality* find_personality(std::string_view name) {
    const auto found = std::find_if(personality_table.begin(),
                                    personality_table.end(),
                                    [&](const Personality& row) { return row.name == name; });
    return found == personality_table.end() ? nullptr : &*found;
}

std::string personality_help() {
    std::string text = "Personalities:\n";
    for (const Personality& row : personality_table)
        text += fmt::format("  {:<20} {}\n", row.name, row.what);
    return text;
}

} // namespace changer::sim
