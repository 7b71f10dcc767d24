// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/job.hpp"
#include "library/model.hpp"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace changer::jobs {

/// How long this library's jobs took, by operation: learned from those that passed and are still
/// kept, so it survives a restart and follows the library's age.
class Timing {
  public:
    explicit Timing(const std::map<std::string, Job, library::IdLess>& jobs);

    /// The median of the newest of its kind; none before one has passed. A door is as long as its
    /// human wants: none.
    std::optional<std::chrono::milliseconds> expected(Operation operation) const;

  private:
    std::array<std::vector<std::chrono::milliseconds>, static_cast<std::size_t>(last_operation) + 1>
        taken_; ///< sorted
};

/// When a job that runs will have ended; none if nothing is known, or it takes longer already.
std::optional<WallTime> expected_end(const Timing& timing, const Job& job, WallTime now);

} // namespace changer::jobs
