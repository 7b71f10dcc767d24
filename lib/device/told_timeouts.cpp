// SPDX-License-Identifier: Apache-2.0
#include "device/told_timeouts.hpp"

#include "device/device.hpp"
#include "scsi/smc/vendor_timeouts.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"

#include <algorithm>
#include <functional>

namespace changer {
namespace {

using std::chrono::seconds;

constexpr seconds least{300};
constexpr seconds most{86'400};

/// Fills in what is told of each class; the longest where several commands are of one.
Timeouts
collect(scsi::DeviceType device,
        const std::function<std::optional<seconds>(const TimeoutRow&, std::uint8_t)>& told) {
    Timeouts timeouts;
    for (std::size_t i = 0; i < command_class_count; ++i) {
        const TimeoutRow& row = timeout_row(static_cast<CommandClass>(i));
        if (row.device != device)
            continue;
        for (const std::uint8_t opcode : row.opcodes)
            if (const auto time = told(row, opcode))
                timeouts.at(row.which) = std::max(timeouts.at(row.which).value_or(least),
                                                  std::clamp(*time, least, most));
    }
    return timeouts;
}

/// A nominal time is when a command is usually done, not when to give up.
std::optional<seconds> give_up_after(const TimeoutRow& row, const scsi::CommandTimeouts& times) {
    if (times.recommended)
        return times.recommended;
    return times.nominal ? std::optional(std::max(row.usual, 2 * *times.nominal)) : std::nullopt;
}

Timeouts from_operation_codes(scsi::DeviceType device, const scsi::SupportedCommands& supported) {
    return collect(device,
                   [&](const TimeoutRow& row, std::uint8_t opcode) -> std::optional<seconds> {
                       const scsi::SupportedCommand* command = supported.find(opcode);
                       return command && command->timeouts ? give_up_after(row, *command->timeouts)
                                                           : std::nullopt;
                   });
}

Timeouts from_vendor_page(const std::vector<scsi::VendorTimeout>& table) {
    constexpr auto changer = scsi::DeviceType::changer;
    return collect(changer, [&](const TimeoutRow&, std::uint8_t opcode) -> std::optional<seconds> {
        const auto row = std::find_if(
            table.begin(), table.end(), [&](const auto& each) { return each.opcode == opcode; });
        return row == table.end() ? std::nullopt : std::optional<seconds>(row->timeout);
    });
}

Timeouts ask_operation_codes(Device& device) {
    Support& known = device.features().command_timeouts;
    if (known == Support::no)
        return {};
    const scsi::ReportSupportedOperationCodes command{.timeouts = true};
    const auto received = device.query(
        {encode(command), command.allocation_length, device.timeout(CommandClass::page)});
    if (!received) {
        const auto& sense = received.error().sense;
        if (sense && sense->key == scsi::sense_key::illegal_request)
            known = Support::no;
        return {};
    }
    const auto supported = scsi::decode_supported_commands(*received);
    if (!supported)
        return {};
    Timeouts told = from_operation_codes(device.identity().type, *supported);
    known = told.empty() ? Support::no : Support::yes;
    return told;
}

Timeouts ask_vendor_page(Device& device) {
    constexpr std::uint16_t room = 1024;
    const auto& pages = device.identity().vital_pages;
    const auto page = scsi::vpd_page::ibm_device_driver_data;
    if (device.sense_family() != scsi::VendorFamily::bdt ||
        std::find(pages.begin(), pages.end(), page) == pages.end())
        return {};
    const auto received = device.query(
        {encode(scsi::Inquiry{page, room}), room, device.timeout(CommandClass::identify)});
    if (!received)
        return {};
    const auto table = scsi::decode_vendor_timeouts(*received);
    return table ? from_vendor_page(*table) : Timeouts{};
}

} // namespace

Timeouts ask_timeouts(Device& device) {
    const Timeouts told = ask_operation_codes(device);
    if (told.at(CommandClass::move))
        return told;
    Timeouts all = ask_vendor_page(device);
    all.overlay(told);
    return all;
}

} // namespace changer
