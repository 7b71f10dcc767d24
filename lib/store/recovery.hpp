// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/documents.hpp"
#include "store/file_layer.hpp"
#include "store/recovery_report.hpp"
#include "store/reserve.hpp"
#include "store/schema.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace changer::store {

/// Where the next record goes.
struct ActiveJournal {
    std::uint64_t first_seq = 1; ///< of the file; its name follows from it
    std::uint64_t size_bytes = 0;
    std::uint64_t records = 0;
};

/// A library's state as it stands after recovery; the files on disk agree with it.
struct Recovered {
    DocumentSet documents;
    std::uint64_t seq = 0;                     ///< of the last record applied
    std::optional<std::uint64_t> snapshot_seq; ///< of state.json; none: there is none
    std::vector<std::uint64_t> old_journals;   ///< first numbers, ascending, without the active
    ActiveJournal active;
    /// What the records after state.json changed; none: it is not what they can be laid over.
    std::optional<ChangedDocuments> since_snapshot;
    RecoveryReport report;
};

/// Reads a library's files and repairs them: a torn end is kept aside and cut; files with bad
/// bytes are kept as `*.corrupt-<time>` and what could be read before them is written as a new
/// snapshot. Nothing is changed before all was read.
///
/// Notes:   documents of an older schema are brought to this one and written as a new snapshot; the
///          older files stay as the previous generation until the snapshot after that
/// Errors:  database_failure — a file cannot be read, a newer version wrote it, or its schema is
/// too
///          old (nothing is changed then); database_full — no room for a repair that cannot go
///          without
Result<Recovered> recover(const std::string& directory,
                          FileLayer& files,
                          Reserve& reserve,
                          const Clock& clock,
                          const Schema& schema);

} // namespace changer::store
