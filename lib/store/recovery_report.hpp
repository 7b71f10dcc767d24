// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace changer::store {

/// How far what was read from the disk can be believed. It is repeated at every start until a
/// snapshot was taken after it, so that a crash right after a recovery does not hide it.
enum class Trust : std::uint8_t {
    whole,           ///< every durable change is there
    stale,           ///< a torn end was cut: the last change may be missing, elements are stale
    needs_inventory, ///< changes are missing: only the robot knows what the library holds
};

/// What opening a store found.
struct RecoveryReport {
    bool fresh = false; ///< there was nothing: a library seen for the first time
    Trust trust = Trust::whole;
    std::vector<std::string> messages; ///< sentences for the log; each names its file
};

} // namespace changer::store
