// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/change.hpp"
#include "store/documents.hpp"
#include "store/file_layer.hpp"
#include "store/recovery.hpp"
#include "store/reserve.hpp"
#include "store/schema.hpp"
#include "store/snapshot.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace changer::store {

/// When a snapshot is due, and what the documents are.
struct StoreOptions {
    std::uint64_t journal_bytes = std::uint64_t{4} << 20;
    std::uint64_t journal_records = 20'000;
    Schema schema = built_in_schema();
};

/// How a change is treated while the disk is full.
enum class Urgency : std::uint8_t {
    must_record, ///< outcomes of what already runs: written into the room of the reserve
    may_refuse,  ///< new work: refused with database_full until the reserve is back
};

/// A snapshot to be written.
/// Thread:  any; it shares nothing with the store that changes
class SnapshotTask {
  public:
    SnapshotTask(FileLayer& files, std::string directory, NextSnapshot snapshot)
        : files_(&files)
        , directory_(std::move(directory))
        , snapshot_(std::move(snapshot)) {}

    /// Blocks: as long as the disk takes for all documents
    Result<void> run() const { return write_next_snapshot(*files_, directory_, snapshot_); }

    std::uint64_t seq() const { return snapshot_.seq; }

  private:
    FileLayer* files_;
    std::string directory_;
    NextSnapshot snapshot_;
};

struct OpenedStore;

/// The durable documents of one library: a journal that every transaction is appended to, and
/// snapshots that let old journals go. What a snapshot on the disk has is not kept in memory; the
/// next one is made of it and of what has changed since.
///
/// State:   in its directory `state.json`, `state.json.bak`, `journal-<seq>.jsonl`; besides them
///          what recoveries kept: `*.corrupt-<time>`, `*.torn-<time>`
/// Thread:  the store thread
class Store {
  public:
    /// Opens the directory, making it if it is not there, and repairs what a crash left.
    ///
    /// Errors:  as recover(): a file that cannot be read, or that a newer version wrote, is never
    ///          touched
    /// Notes:   `files`, `reserve` and `clock` must outlive the store
    static Result<OpenedStore> open(std::string directory,
                                    FileLayer& files,
                                    Reserve& reserve,
                                    const Clock& clock,
                                    StoreOptions options = {});

    /// Makes one transaction durable: one write and one fdatasync, whatever the number of
    /// documents. On success it is on the disk; on an error nothing of it counts.
    ///
    /// Blocks:  as long as the disk takes
    /// Errors:  database_full — no room; the file is as it was before.
    ///          database_failure — the disk failed; every further call fails so until a restart,
    ///          which may find the last transaction or not.
    ///          invalid_parameter — a key or value that is not what Change says
    Result<void> append(std::span<const Change> changes, Urgency urgency = Urgency::must_record);

    /// Tells whether the journal has grown enough for a snapshot, and none is being written.
    bool snapshot_due() const;

    /// Switches to a new journal and returns what the snapshot task needs; hand its outcome to
    /// finish_snapshot(). One at a time.
    Result<SnapshotTask> begin_snapshot();

    /// Takes the outcome of a task: removes the journals that the previous snapshot covers. A
    /// snapshot that found no room loses nothing: the journals stay. One that failed otherwise
    /// tells of a failing disk: the store is read-only from then on.
    void finish_snapshot(const SnapshotTask& task, const Result<void>& outcome);

    /// Writes a snapshot here and now, for a clean stop; none if nothing changed since the last.
    Result<void> snapshot();

    /// Returns the number of the last transaction.
    std::uint64_t seq() const { return seq_; }

    /// Tells whether the disk failed: nothing can be recorded until a restart.
    bool read_only() const { return failure_.has_value(); }

  private:
    Store(std::string directory, FileLayer& files, Reserve& reserve, StoreOptions options);

    std::string path(std::string_view name) const;
    Result<void> open_journal();
    Result<void> write_record(std::string_view line);
    Error fail(const Error& cause); ///< and says so

    std::string directory_;
    FileLayer* files_;
    Reserve* reserve_;
    StoreOptions options_;
    std::optional<std::uint64_t> base_; ///< the snapshot that `changed_` follows on; none: all
    ChangedDocuments changed_;
    /// What the snapshot that is being written adds to its base.
    std::shared_ptr<const ChangedDocuments> settling_;
    std::uint64_t seq_ = 0;
    std::optional<std::uint64_t> snapshot_seq_;
    std::vector<std::uint64_t> old_journals_;
    ActiveJournal active_;
    std::unique_ptr<File> journal_; ///< opened by the first append
    std::optional<Error> failure_;
    bool snapshot_running_ = false;
};

/// A store as it was opened.
struct OpenedStore {
    Store store;
    std::map<std::string, std::string> documents;
    RecoveryReport report;
};

} // namespace changer::store
