// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/effects.hpp"
#include "jobs/job.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// Remembers for a day which submission made which job, so that a client that lost the answer can
/// ask again. One for each library: the path is part of the key by that.
///
/// State:   documents "idempotency/<principal>/<key>", written with the job they belong to
class IdempotencyKeys {
  public:
    static constexpr std::string_view prefix = "idempotency/";

    /// Takes over a document of the last run; what cannot be read is forgotten.
    void restore(const std::string& document_key, const std::string& text);

    /// Finds the job of an earlier submission with this key.
    ///
    /// Errors:  invalid_parameter — the key was used for another request
    Result<std::optional<std::string>>
    find(std::string_view principal, std::string_view key, const jobs::JobRequest& request) const;

    /// Remembers a submission; returns what must be written with the job.
    jobs::Change remember(std::string_view principal,
                          std::string_view key,
                          const jobs::JobRequest& request,
                          const std::string& job,
                          WallTime at);

    /// Undoes remember() when the record could not be written.
    void forget(std::string_view principal, std::string_view key);

    /// Drops what is older than a day; returns what must be removed.
    std::vector<jobs::Change> expire(WallTime now);

  private:
    struct Entry {
        std::string request;
        std::string job;
        WallTime at{};
    };

    std::map<std::string, Entry, std::less<>> entries_; ///< by document key
};

} // namespace changer::daemon
