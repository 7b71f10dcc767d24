// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_layer.hpp"
#include "store/state_copy.hpp"

#include <string>

namespace changer::store {

/// What replaces the state of libraries, from the moment it is there until it is done. Its rename
/// into place is the whole import; the rest is done, or done again, before anything else is read.
inline constexpr std::string_view import_name = "import.json";

/// Replaces the state of every library in `copy`; of others nothing changes. All elements are stale
/// at the next start, because the copy is older than the library. What was there is kept beside it
/// as `*.replaced-<n>`.
///
/// Errors:  busy — a daemon uses the directory; those of StateDirectory::open; database_full,
///          database_failure — either nothing was imported, or the sentence says that the next
///          start goes on with it
Result<void>
import_state(FileLayer& files, const std::string& state_directory, const StateCopy& copy);

/// Ends an import that was interrupted; without one does nothing. The directory is locked by the
/// caller.
Result<void> finish_import(FileLayer& files, const std::string& state_directory);

} // namespace changer::store
