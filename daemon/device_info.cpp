// SPDX-License-Identifier: Apache-2.0
#include "device_info.hpp"

#include "scsi/sense_table.hpp"

namespace changer::daemon {

jobs::DeviceInfo device_info(const DeviceFacts& facts) {
    jobs::DeviceInfo info;
    info.vendor = facts.identity.vendor;
    info.product = facts.identity.product;
    info.revision = facts.identity.revision;
    if (!facts.identity.serial.empty())
        info.serial = facts.identity.serial;
    info.geometry = facts.geometry;
    info.barcode_reader = facts.identity.barcode_reader;
    info.family = scsi::vendor_family(facts.identity.vendor, facts.identity.product);
    info.lock_holds_door = facts.lock_holds_door;
    info.unlock_hint = facts.quirk.unlock_hint;
    return info;
}

} // namespace changer::daemon
