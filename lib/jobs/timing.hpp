// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/job.hpp"
#include "library/model.hpp"
#include "library/settings.hpp"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace changer::jobs {

/// How long this library's jobs took: moves by operation, inventories by their method, those of
/// doors too. Learned from jobs that passed and are still kept, so it survives a restart and
/// follows the library's age.
class Timing {
  public:
    /// `method` is what an inventory by default does.
    Timing(const std::map<std::string, Job, library::IdLess>& jobs,
           library::InventoryMethod method);

    /// When a job that runs will have ended, if it takes as long as the median of the newest of its
    /// kind; none before one has passed, or if it takes longer already. A door is open as long as
    /// its human wants: its job has a time only while the inventory is taken.
    std::optional<WallTime> end_of(const Job& job, WallTime now) const;

  private:
    using Durations = std::vector<std::chrono::milliseconds>;

    void learn(const Job& job);
    void learn_inventory(const Job& job);
    library::InventoryMethod method_of(InventoryAction action) const;

    library::InventoryMethod method_;
    std::array<Durations, static_cast<std::size_t>(last_operation) + 1> operations_;
    std::array<Durations, 3> inventories_; ///< by method
};

} // namespace changer::jobs
