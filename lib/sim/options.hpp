// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/personality.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace changer::sim {

/// How long the mechanics take. All zero: everything happens at once.
struct Timing {
    std::chrono::milliseconds move{20'000};       ///< arm, pick, travel, place
    std::chrono::milliseconds unload{20'000};     ///< a drive rewinds and lets go
    std::chrono::milliseconds load{15'000};       ///< a drive threads what the arm brought
    std::chrono::milliseconds scan_start{5'000};  ///< after the door closed, before the first cell
    std::chrono::milliseconds scan_per_cell{500}; ///< one storage cell
    std::chrono::milliseconds restart{60'000};    ///< not ready after a reset

    /// Returns times that are all zero.
    static Timing instant();

    /// Returns these times divided by `factor` (> 0).
    Timing faster(double factor) const;
};

/// What is simulated. Element addresses: arm 1, mail slots 10h.., drives 100h.., storage 400h...
struct Options {
    Personality personality = personalities().front();
    Timing timing = {};
    unsigned slots = 24;
    unsigned drives = 2;
    unsigned mail_slots = 4;
    unsigned tapes = 16; ///< barcodes VT0001L8... in the first slots
    std::uint64_t seed = 1;
    std::string serial = "SIM0000001";

    /// Errors: invalid_parameter — more elements than the layout has addresses for, or more tapes
    ///         than slots
    Result<void> check() const;
};

/// Reads what follows `sim:` in a URL: "default?slots=24&drives=2&mail=4&tapes=16&seed=1&speed=10",
/// the personality first, every setting optional; `instant` stands for no time at all.
///
/// Errors: invalid_parameter — names the setting
Result<Options> parse_options(std::string_view text);

} // namespace changer::sim
