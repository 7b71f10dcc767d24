// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/documents.hpp"
#include "store/file_layer.hpp"
#include "store/recovery_report.hpp"
#include "store/schema.hpp"
#include "store/sealed_text.hpp"
#include "store/text_cursor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace changer::store {

inline constexpr std::string_view state_name = "state.json";
inline constexpr std::string_view previous_state_name = "state.json.bak";
inline constexpr std::string_view unfinished_state_name = "state.json.tmp";

/// All documents as they are after record `seq`.
struct Snapshot {
    std::uint64_t seq = 0;
    Trust trust = Trust::whole; ///< what a recovery found, until the snapshot after it
    DocumentSet documents;
    std::uint64_t version = schema_version;
};

/// What a snapshot's bytes hold.
struct SnapshotReading {
    enum class State { good, bad, newer };
    State state = State::bad;
    std::uint64_t seq = 0;
    std::uint64_t version = 0; ///< of its schema
    Trust trust = Trust::whole;
    DocumentSet documents;
};

/// Reads a snapshot of any schema up to `newest`. Any bytes are legal input.
///
/// Notes:   documents are what append() checked, the checksum says so: their grammar is not checked
///          again (that would take most of a start), and whoever uses them parses them anyway
/// Shape:   one JSON object, one document a line; behind the documents, at a fixed distance from
///          the end, the CRC32C of every byte before its own member:
///          `{"schema":"changer.state/1","seq":12,"trust":"whole","documents":{`
///          `"door":{...},`
///          `"element/1001":{...}`
///          `},"crc32c":"1a2b3c4d"}`
SnapshotReading read_snapshot(std::string_view bytes, std::uint64_t newest = schema_version);

/// Called with each document, in the order of the keys.
using TakeDocument = std::function<void(std::string key, std::string_view value)>;

/// Does the same and hands the documents to `take` instead of keeping them.
SnapshotReading
read_documents(std::string_view bytes, const TakeDocument& take, std::uint64_t newest);

/// Takes one snapshot, up to the brace that closes its documents. The state is never `good` with a
/// cursor that faulted.
SnapshotReading take_snapshot(TextCursor& in, std::uint64_t newest);

/// Writes what take_snapshot() takes.
Result<void> add_snapshot(SealedWriter& out, const Snapshot& snapshot);

/// The snapshot that follows on one that is on the disk.
struct NextSnapshot {
    std::uint64_t seq = 0;
    /// Of the snapshot to follow on; none: `changed` is everything there is.
    std::optional<std::uint64_t> base;
    std::shared_ptr<const ChangedDocuments> changed; ///< since that
    std::uint64_t version = schema_version;
};

/// Writes it as write_snapshot() does. The documents are read from the one before and go to the
/// file one by one: memory holds its bytes for that time, and nothing else.
///
/// Blocks:  as long as the disk takes for all documents; any thread may call it
/// Errors:  as write_snapshot(); database_failure — neither state.json nor state.json.bak is the
///          whole snapshot to follow on
Result<void>
write_next_snapshot(FileLayer& files, const std::string& directory, const NextSnapshot& next);

/// Writes a snapshot so that a crash at any moment leaves the old or the new one: a temporary
/// file, made durable, then renamed; the one that was there becomes the previous one.
///
/// Blocks:  as long as the disk takes for all documents; any thread may call it
/// Errors:  database_full, database_failure — the old files are as they were, or the new one is in
///          place already; both are good
Result<void>
write_snapshot(FileLayer& files, const std::string& directory, const Snapshot& snapshot);

} // namespace changer::store
