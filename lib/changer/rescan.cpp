// SPDX-License-Identifier: Apache-2.0
#include "changer/rescan.hpp"

#include "changer/motion.hpp"
#include "scsi/smc/initialize_element_status.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace changer {
namespace {

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

Support& memory_of(FeatureMemory& features, std::uint8_t opcode) {
    switch (opcode) {
    case scsi::opcode::initialize_element_status_with_range:
        return features.rescan_range;
    case scsi::opcode::legacy_initialize_element_status_with_range:
        return features.legacy_rescan;
    default:
        return features.rescan;
    }
}

} // namespace

Result<void> rescan_elements(Device& device) {
    std::vector<std::uint8_t> opcodes = device.quirk().rescan;
    if (opcodes.empty())
        opcodes = {scsi::opcode::initialize_element_status,
                   scsi::opcode::initialize_element_status_with_range};
    device.learn_timeouts();
    Error last{Code::device_refused, "the changer has no command for it"};
    for (const std::uint8_t opcode : opcodes) {
        Support& known = memory_of(device.features(), opcode);
        if (known == Support::no)
            continue;
        auto answer = send_motion(device, CommandClass::rescan, [&]() -> Result<scsi::Cdb> {
            return whole_library(opcode);
        });
        known = support_after(answer, known);
        if (answer)
            return {};
        last = std::move(answer).error();
        if (known != Support::no)
            break;
    }
    return std::move(last).in("rescan");
}

} // namespace changer
