// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/fault.hpp"

#include <optional>
#include <vector>

namespace changer::sim {

/// The faults still to come.
class Faults {
  public:
    void add(const Fault& fault) { faults_.push_back(fault); }

    void clear() { faults_.clear(); }

    /// Counts a command that arrived; returns the fault whose turn it is, if any.
    std::optional<Fault> meet(std::uint64_t lun, std::uint8_t opcode);

  private:
    std::vector<Fault> faults_; ///< `nth` counts down to 1
};

} // namespace changer::sim
