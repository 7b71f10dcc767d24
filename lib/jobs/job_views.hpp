// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/engine.hpp"
#include "jobs/timing.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace changer::jobs {

/// Returns the identifier of something in a library, or null while the library has none. It follows
/// from the library's own and from the id, which is never used again: nothing more is kept.
nlohmann::json guid_of(const LibraryEngine& engine, std::string_view kind, std::string_view id);

/// Writes jobs as the API shows them: what is recorded, and what follows from how the library is
/// now: why a job waits, and when it will have ended.
class JobViews {
  public:
    /// `engine` outlives it, unchanged.
    JobViews(const LibraryEngine& engine, const Now& now);

    nlohmann::json view(const Job& job) const;

  private:
    nlohmann::json waiting(const Job& job) const;
    nlohmann::json queued(const Job& job) const;

    const LibraryEngine& engine_;
    Now now_;
    Timing timing_;
    const Job* next_ = nullptr; ///< of those that may start
};

} // namespace changer::jobs
