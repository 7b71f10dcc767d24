// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace changer::jobs {

/// What a full inventory took by the clock of a simulated library.
struct Makespan {
    std::chrono::milliseconds taken{};
    std::chrono::milliseconds bound{};         ///< below which no order of moves can get
    std::chrono::milliseconds one_at_a_time{}; ///< with one drive, the arm waiting for it
    std::size_t examined = 0;
};

/// How large the library is.
struct Load {
    std::size_t cartridges = 200;
    std::size_t drives = 1;
};

/// Lets a session look at every cartridge of a simulated library; the arm and the drives work side
/// by side, and the clock advances to whatever ends next.
Makespan inventory_makespan(const std::string& personality, const Load& load);

} // namespace changer::jobs
