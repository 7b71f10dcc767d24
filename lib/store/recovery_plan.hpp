// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/recovery.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace changer::store {

/// An unfinished record at the end of a journal.
struct TornEnd {
    std::string name;           ///< of the journal
    std::size_t good_bytes = 0; ///< what stays
    std::string bytes;          ///< what is kept aside
};

/// What reading a library's files found, and what repairing must do about it.
struct RecoveryPlan {
    Recovered state;
    std::vector<std::string> names; ///< everything in the directory
    std::vector<std::string> bad_snapshots;
    std::vector<std::string> bad_journals;
    std::vector<std::string> leftovers; ///< empty journals, an unfinished snapshot: of no use
    std::optional<TornEnd> torn;
    bool damaged = false;  ///< found now, not by an earlier start: must be made durable
    bool migrated = false; ///< the files are of an older schema than the documents
};

/// Reads a library's files and changes nothing.
/// Errors:  database_failure — a file cannot be read, a newer version wrote it, or documents of an
///          older schema cannot be brought to this one
Result<RecoveryPlan>
plan_recovery(const std::string& directory, FileLayer& files, const Schema& schema);

} // namespace changer::store
