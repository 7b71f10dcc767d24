// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/state.hpp"
#include "scsi/sense_table.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/clock.hpp"

#include <optional>
#include <string>

namespace changer::jobs {

/// What a device says it is, and what is known of its model.
struct DeviceInfo {
    std::string vendor;
    std::string product;
    std::string revision;
    std::optional<std::string> serial;
    scsi::ElementAddressAssignment geometry;
    bool barcode_reader = false; ///< many that have one do not say so
    scsi::VendorFamily family = scsi::VendorFamily::generic;
    std::optional<bool> lock_holds_door; ///< whether a GOOD PREVENT keeps the door shut
    std::optional<bool> reports_door;    ///< false: it never says that its door is open
    bool rescans = false;                ///< it looks at its cells only when told to
    bool empties_drives = false;         ///< drives must be empty before its door is opened
    std::string unlock_hint;             ///< for the operator
};

/// The door as the library's own record shows it.
struct DoorRecord {
    door::DoorState state = door::DoorState::unknown;
    std::optional<WallTime> since;
    door::LockState lock = door::LockState::unknown;

    bool operator==(const DoorRecord&) const = default;
};

} // namespace changer::jobs
