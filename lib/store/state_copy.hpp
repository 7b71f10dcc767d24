// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/documents.hpp"
#include "store/file_layer.hpp"
#include "store/recovery_report.hpp"
#include "store/schema.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace changer::store {

/// One library's state, apart from any directory.
struct LibraryCopy {
    std::string id;
    std::uint64_t seq = 0;
    Trust trust = Trust::whole;
    DocumentSet documents;
};

/// The state of all libraries at one moment.
struct StateCopy {
    WallTime taken_at{};
    std::vector<LibraryCopy> libraries; ///< by id
};

/// Reads the state of all libraries from a state directory and changes nothing in it. A daemon may
/// be using it: of each library the copy holds what was durable when that library was read.
///
/// Errors:  not_found — there is no such directory; busy — an import into it is not done;
///          database_failure — a file cannot be read, or a newer version wrote it
Result<StateCopy> copy_state(FileLayer& files, const std::string& state_directory, WallTime now);

/// Writes a copy as a file, which is whole or not there.
///
/// Shape:   one JSON object, one document a line; its last member is the CRC32C of every byte
/// before
///          it: `{"schema":"changer.export/1","taken_at":"2026-01-31T23:59:00Z","libraries":{`
///          `"main":{"schema":"changer.state/1","seq":12,"trust":"whole","documents":{`
///          `"door":{...}`
///          `}}`
///          `},"crc32c":"1a2b3c4d"}`
Result<void> write_state_copy(FileLayer& files, const std::string& path, const StateCopy& copy);

/// Reads the bytes of such a file. Any bytes are legal input. Documents of an older schema are
/// brought to this one.
///
/// Errors:  malformed_document — it is not a copy, or was damaged or cut; database_failure — a
/// newer
///          version wrote it, or one too old
Result<StateCopy> read_state_copy(std::string_view bytes);

} // namespace changer::store
