// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/diff.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace changer::jobs {

/// What a read showed changed though no job of this daemon did it: another host, a panel, a hand.
struct ForeignChange {
    WallTime at{}; ///< when it was seen
    nlohmann::json diff;

    bool operator==(const ForeignChange&) const = default;
};

/// The latest of them, oldest first.
class ForeignChanges {
  public:
    static constexpr std::size_t most = 20;

    void add(WallTime at, const library::Diff& diff);

    const std::vector<ForeignChange>& all() const { return changes_; }

    /// Writes the document "foreign_changes"; its `foreign_changes` is what the API shows.
    nlohmann::json document() const;

    /// Errors:  malformed_document
    Result<void> restore(const nlohmann::json& document);

  private:
    std::vector<ForeignChange> changes_;
};

/// Says it in one line, for a log: "moved VT0001L8 from slot:1 to drive:1, removed VT0002L8".
std::string describe(const library::Diff& diff);

} // namespace changer::jobs
