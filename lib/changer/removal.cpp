// SPDX-License-Identifier: Apache-2.0
#include "changer/removal.hpp"

#include "device/mode_page.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/spc/prevent_allow.hpp"

namespace changer {
namespace {

/// A refusal is an answer to the question; anything else leaves it open.
RemovalVerdict verdict_of(const Error& error) {
    if (error.code == Code::reservation_conflict)
        return RemovalVerdict::refused;
    if (error.code != Code::device_refused || !error.sense)
        return RemovalVerdict::unknown;
    switch (error.sense->key) {
    case scsi::sense_key::illegal_request: // 20/00, 24/00, 53/02
    case scsi::sense_key::unit_attention:  // 53/02 again and again (Dell TL2000 reference)
        return RemovalVerdict::refused;
    default:
        return RemovalVerdict::unknown;
    }
}

/// ALLOW is sent even to a device that has refused PREVENT: what holds its door may be older.
RemovalAnswer send(Device& device, bool prevent) {
    Support& known = device.features().prevent;
    if (device.quirk().prevent == false)
        known = Support::no;
    if (known == Support::no && (prevent || device.quirk().prevent == false))
        return {
            RemovalVerdict::refused, std::nullopt, "the device is known to have no such command"};
    const auto answer =
        device.query_now({.cdb = encode(scsi::PreventAllowMediumRemoval{.prevent = prevent}),
                          .timeout = device.timeout(CommandClass::page)});
    if (answer) {
        known = Support::yes;
        return {RemovalVerdict::good};
    }
    const Error& error = answer.error();
    if (error.sense == Sense{scsi::sense_key::illegal_request, 0x20, 0x00})
        known = Support::no;
    return {verdict_of(error), error.sense, error.what};
}

} // namespace

RemovalAnswer send_prevent(Device& device) {
    return send(device, true);
}

RemovalAnswer send_allow(Device& device) {
    return send(device, false);
}

Result<Support> read_door_lock_effective(Device& device) {
    if (device.features().prevent == Support::no || device.quirk().prevent == false)
        return Support::no;
    if (const auto& says = device.quirk().lock_holds_door)
        return *says ? Support::yes : Support::no;
    using Page = scsi::ExtendedDeviceCapabilities;
    const auto page = read_mode_page(device, Page::page, Page::subpage);
    if (!page) {
        const Code code = page.error().code;
        if (code == Code::device_refused || code == Code::malformed_response)
            return Support::unknown;
        return page.error();
    }
    const auto says = scsi::decode_extended_device_capabilities(*page);
    if (!says)
        return Support::unknown;
    return says->prevent_locks_door ? Support::yes : Support::no;
}

} // namespace changer
