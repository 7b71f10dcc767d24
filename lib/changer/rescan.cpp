// SPDX-License-Identifier: Apache-2.0
#include "changer/rescan.hpp"

#include "device/timeouts.hpp"
#include "scsi/smc/initialize_element_status.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace changer {
namespace {

/// Enough for what queues up after a reset; each is another one, or it is an outcome.
constexpr int most_attempts = 8;

scsi::Cdb whole_library(std::uint8_t opcode) {
    switch (opcode) {
    case scsi::opcode::initialize_element_status_with_range:
        return encode(scsi::InitializeElementStatusWithRange{});
    case scsi::opcode::legacy_initialize_element_status_with_range:
        return encode(scsi::LegacyInitializeElementStatusWithRange{});
    default:
        return encode(scsi::InitializeElementStatus{});
    }
}

/// Sends the command until it is taken. It has no precondition to prove anew after a unit
/// attention, but after some it is not to be sent again.
Result<Bytes> send(Device& device, const scsi::Cdb& cdb) {
    std::optional<Sense> met;
    for (int attempt = 1;; ++attempt) {
        auto answer = device.act({.cdb = cdb, .timeout = timeouts::initialize_element_status});
        if (answer || attempt == most_attempts)
            return answer;
        const Error& error = answer.error();
        if (error.code == Code::device_busy) {
            device.clock().sleep_for(std::chrono::seconds{1});
            continue;
        }
        const bool attention = error.sense && error.sense->key == scsi::sense_key::unit_attention;
        if (!attention || met == error.sense ||
            !may_start_again_after(*error.sense, device.sense_family()))
            return answer;
        met = error.sense;
    }
}

} // namespace

Result<void> rescan_elements(Device& device) {
    std::vector<std::uint8_t> opcodes = device.quirk().rescan;
    if (opcodes.empty())
        opcodes = {scsi::opcode::initialize_element_status,
                   scsi::opcode::initialize_element_status_with_range};
    std::optional<Error> unsupported;
    for (const std::uint8_t opcode : opcodes) {
        auto answer = send(device, whole_library(opcode));
        if (answer)
            return {};
        unsupported = std::move(answer).error();
        if (unsupported->sense != Sense{scsi::sense_key::illegal_request, 0x20, 0x00})
            break;
    }
    return std::move(*unsupported).in("rescan");
}

} // namespace changer
