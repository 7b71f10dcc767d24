// SPDX-License-Identifier: Apache-2.0
#include "device/unit_attention.hpp"

#include "scsi/sense_table.hpp"

namespace changer {

Invalidations& Invalidations::operator|=(const Invalidations& other) {
    mail_slots |= other.mail_slots;
    elements |= other.elements;
    geometry |= other.geometry;
    reservation |= other.reservation;
    removal_prevention |= other.removal_prevention;
    alerts |= other.alerts;
    return *this;
}

bool Invalidations::any() const {
    return *this != Invalidations{};
}

Invalidations invalidated_by(const Sense& unit_attention, scsi::VendorFamily family) {
    // SPC-4 table "removal prevention preempted": the lock alone, whatever the reaction is called.
    if (unit_attention.asc == 0x2A && unit_attention.ascq == 0x15)
        return {.removal_prevention = true};
    switch (scsi::reaction(unit_attention, family)) {
    case scsi::Reaction::reread_import_export:
        return {.mail_slots = true};
    case scsi::Reaction::start_over:
        return invalidated_by_new_nexus();
    case scsi::Reaction::remap:
        return {.mail_slots = true, .elements = true, .geometry = true};
    case scsi::Reaction::reservation:
        return {.reservation = true};
    case scsi::Reaction::read_alerts:
        return {.alerts = true};
    case scsi::Reaction::retry:
    case scsi::Reaction::note:
    case scsi::Reaction::operator_asks:
    case scsi::Reaction::removal_prevented:
        return {};
    default:
        return {.mail_slots = true, .elements = true};
    }
}

Invalidations invalidated_by_new_nexus() {
    return {.mail_slots = true,
            .elements = true,
            .geometry = true,
            .reservation = true,
            .removal_prevention = true};
}

bool may_start_again_after(const Sense& unit_attention, scsi::VendorFamily family) {
    switch (scsi::reaction(unit_attention, family)) {
    case scsi::Reaction::reread_inventory:
    case scsi::Reaction::reread_import_export:
    case scsi::Reaction::start_over:
    case scsi::Reaction::remap:
    case scsi::Reaction::read_alerts:
    case scsi::Reaction::retry:
    case scsi::Reaction::note:
        return true;
    default:
        return false;
    }
}

} // namespace changer
