// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "support/sense.hpp"

namespace changer {

/// What is no longer true of a device after an event: exactly what has to be read or done again.
struct Invalidations {
    bool mail_slots = false;         ///< import/export elements
    bool elements = false;           ///< every element
    bool geometry = false;           ///< identity, page 1Dh, drive identifiers
    bool reservation = false;        ///< what we had reserved
    bool removal_prevention = false; ///< our PREVENT is lost: allowed again until sent anew
    bool alerts = false;             ///< TapeAlert flags changed

    /// Adds what another event made stale.
    Invalidations& operator|=(const Invalidations& other);

    bool any() const;

    bool operator==(const Invalidations&) const = default;
};

/// Returns what a unit attention makes stale.
///
/// Notes:  none of them announces the moves of another initiator
Invalidations invalidated_by(const Sense& unit_attention, scsi::VendorFamily family);

/// What a session that replaced a lost one makes stale, whether or not the device says 29h.
Invalidations invalidated_by_new_nexus();

/// Whether a command with effect on media that was met by this unit attention may be built anew,
/// once what it made stale has been read again and the preconditions hold. Never after another host
/// took a reservation (2A/03 to 2A/05), nor while someone prevents removal (53/02).
bool may_start_again_after(const Sense& unit_attention, scsi::VendorFamily family);

} // namespace changer
