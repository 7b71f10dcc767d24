// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/tape_alert.hpp"

namespace changer::scsi {
namespace {

constexpr std::size_t last_flag = 64;

using enum AlertSeverity;

/// Source:  TapeAlert 3.0, media changer flags; 1, 2, 4, 10-18, 21-23 and 28 agree with the manuals
///          of IBM TS3310, TS3400, Dell TL2000, Quantum Scalar and Sony LIB
constexpr std::array<AlertText, 33> library_alerts{{
    {},
    {critical, "library cannot talk to a drive"},
    {warning, "library mechanism has a problem"},
    {critical, "library hardware fault: reset it, then try again"},
    {critical, "library hardware fault: switch it off and on"},
    {warning, "library wants diagnostics to be run"},
    {critical, "host interface has a fault"},
    {warning, "library hardware failure is predicted"},
    {warning, "library needs preventive maintenance"},
    {critical, "humidity is outside its limits"},
    {critical, "temperature is outside its limits"},
    {critical, "voltage is outside its limits"},
    {critical, "a cartridge was left in a drive or in the gripper"},
    {warning, "picking a cartridge needed too many tries"},
    {warning, "placing a cartridge needed too many tries"},
    {warning, "loading a cartridge needed too many tries"},
    {critical, "door is open, the library cannot move"},
    {critical, "mail slot has a mechanical problem"},
    {critical, "magazine is not present"},
    {warning, "door was opened and closed during an operation"},
    {information, "security mode was changed"},
    {information, "library was turned offline"},
    {information, "library turned a drive offline"},
    {warning, "bar code scan needed too many tries"},
    {critical, "inventory is inconsistent"},
    {warning, "an illegal operation was attempted"},
    {warning, "dual-port interface error"},
    {warning, "cooling fan failed"},
    {warning, "power supply failed"},
    {warning, "power consumption is outside its limits"},
    {critical, "pass-through mechanism failed"},
    {critical, "cartridge is stuck in the pass-through mechanism"},
    {information, "bar code labels cannot be read"},
}};

} // namespace

Result<TapeAlertFlags> decode_tape_alert(std::span<const std::byte> received) {
    const auto page = decode_log_page(received);
    if (!page)
        return page.error();
    if (page->page != tape_alert::log_page || page->subpage != 0)
        return Error{Code::malformed_response, "not the tape alert page"};
    if (page->cut)
        return Error{Code::malformed_response, "tape alert page is truncated"};
    TapeAlertFlags flags;
    for (const auto& parameter : page->parameters) {
        const bool is_flag = parameter.code >= 1 && parameter.code <= last_flag;
        if (is_flag && !parameter.value.empty() &&
            (parameter.value.front() & std::byte{0x01}) != std::byte{})
            flags.set(parameter.code);
    }
    return flags;
}

Bytes encode_tape_alert(const TapeAlertFlags& flags) {
    LogPage page{.page = tape_alert::log_page};
    for (std::size_t flag = 1; flag <= last_flag; ++flag) {
        page.parameters.push_back({.code = static_cast<std::uint16_t>(flag),
                                   .value = {flags.test(flag) ? std::byte{0x01} : std::byte{}}});
    }
    return encode_log_page(page);
}

AlertText describe_library_alert(std::size_t flag) {
    return flag < library_alerts.size() ? library_alerts.at(flag) : AlertText{};
}

} // namespace changer::scsi
