// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/vpd.hpp"
#include "transport/scripted_transport.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace changer::test {

inline constexpr std::string_view test_unit_ready = "000000000000";

inline scsi::InquiryData some_changer() {
    return {.type = scsi::DeviceType::changer,
            .vendor = "ACME",
            .product = "ROBOT 9",
            .revision = "0100"};
}

/// Scripts the INQUIRY commands that identify a device without VPD pages.
inline void expect_inquiry(ScriptedTransport& transport,
                           const scsi::InquiryData& data = some_changer()) {
    const Bytes all = scsi::encode_inquiry_data(data);
    transport.expect("120000002400", Reply{.data = all});
    transport.expect("120000003800", Reply{.data = all});
}

inline void expect_identity(ScriptedTransport& transport,
                            const scsi::InquiryData& data = some_changer()) {
    expect_inquiry(transport, data);
    transport.expect("12010000ff00", check_condition({0x5, 0x24, 0x00}));
}

/// Opens a device that has no VPD pages.
inline Device open_device(ScriptedTransport& transport,
                          Clock& clock,
                          const scsi::InquiryData& data = some_changer()) {
    expect_identity(transport, data);
    auto device = Device::open(transport, clock, Quirks::builtin(), data.type);
    REQUIRE(device);
    return *std::move(device);
}

} // namespace changer::test
