// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/label.hpp"
#include "sim/personality.hpp"
#include "support/result.hpp"

#include <bitset>
#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace changer::sim {

/// How long the mechanics take.
struct Timing {
    std::chrono::milliseconds move{20'000};       ///< arm, pick, travel, place
    std::chrono::milliseconds unload{20'000};     ///< a drive rewinds and lets go
    std::chrono::milliseconds load{15'000};       ///< a drive threads what the arm brought
    std::chrono::milliseconds clean{120'000};     ///< a cleaning cartridge does its work
    std::chrono::milliseconds scan_start{5'000};  ///< after the door closed, before the first cell
    std::chrono::milliseconds scan_per_cell{500}; ///< one storage cell
    std::chrono::milliseconds restart{60'000};    ///< not ready after a reset
    std::chrono::milliseconds long_scan{3'600'000}; ///< all cells, with `hour-of-inventory`
    std::chrono::milliseconds long_move{180'000};   ///< with `elements-wait-for-move`

    /// Returns times that are all zero, but for the two that an unkindness asks for.
    static Timing instant();

    /// Returns these times divided by `factor` (> 0).
    Timing faster(double factor) const;
};

/// What is simulated.
struct Options {
    Personality personality = personalities().front();
    Timing timing = {};
    unsigned slots = 24;
    unsigned drives = 2;
    unsigned mail_slots = 4;
    unsigned tapes = 16;                    ///< barcodes VT0001L8... in the first slots
    std::set<unsigned> missing_drives = {}; ///< bays, from 1, with no drive in them
    std::bitset<256> without = {};          ///< operation codes the changer does not know
    std::string media = "L8";               ///< how their barcodes end
    LabelKind labels = LabelKind::ansi;     ///< what is written on new cartridges
    unsigned tape_life = 20'000;            ///< loads; then a drive's TapeAlert 7 is set at each
    std::uint64_t seed = 1;
    std::string serial = "SIM0000001";
    unsigned partition = 0; ///< from 1, if others share its serial number and its door

    /// Errors: invalid_parameter — more elements than there are addresses, element types whose
    ///         addresses overlap, more tapes than slots, magazines without slots
    Result<void> check() const;

    /// The serial number as VPD page 80h has it.
    std::string unit_serial_number() const;
};

/// Returns what the n-th (from 1) of `count` partitions of such a library is like: each has the
/// slots, drives and mail slots asked for, all have the same serial number and door.
Options partition(const Options& whole, unsigned n, unsigned count);

/// One setting as somebody gave it.
struct Given {
    std::string_view name;
    std::string_view value;
};

/// Returns what such a personality (the default one, if empty) with these settings() is like.
///
/// Errors: invalid_parameter — names the personality or the setting
Result<Options> make_options(std::string_view personality, std::span<const Given> given);

/// Reads what follows `sim:` in a URL: "default?slots=24&drives=2&unkind=rescan-ignored&instant",
/// the personality first, then settings() in any order.
///
/// Errors: invalid_parameter — names the setting
Result<Options> parse_options(std::string_view text);

} // namespace changer::sim
