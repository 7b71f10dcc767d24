// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// Locks or unlocks what the library lets the command lock: seldom just the door.
struct PreventAllowMediumRemoval {
    bool prevent = false;
    bool lock_shared = false; ///< IBM TS4500: lock an I/O station that partitions share as well

    bool operator==(const PreventAllowMediumRemoval&) const = default;
};

/// Encodes PREVENT ALLOW MEDIUM REMOVAL (1Eh).  Source:  SMC-3, PREVENT ALLOW MEDIUM REMOVAL
/// command; LockShared: IBM TS4500
constexpr Cdb encode(const PreventAllowMediumRemoval& command) {
    return Cdb(opcode::prevent_allow_medium_removal, 6)
        .put(4, command.prevent ? 0x01 : 0, 1)
        .put(5, command.lock_shared ? 0x80 : 0, 1);
}

/// Errors:  invalid_parameter — not this command, or a PREVENT value that is neither 0 nor 1
Result<PreventAllowMediumRemoval> decode_prevent_allow_medium_removal(const Cdb& cdb);

} // namespace changer::scsi
