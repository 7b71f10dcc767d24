// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/fault.hpp"

#include <optional>
#include <random>
#include <vector>

namespace changer::sim {

/// The faults still to come.
class Faults {
  public:
    void add(const Fault& fault) { faults_.push_back(fault); }

    void clear() { faults_.clear(); }

    /// Counts a command that arrived; returns the fault whose turn it is, if any. What is left to
    /// chance is taken from `random`.
    std::optional<Fault> meet(std::uint64_t lun, std::uint8_t opcode, std::mt19937_64& random);

  private:
    std::vector<Fault> faults_; ///< `nth` counts down to 1
};

} // namespace changer::sim
