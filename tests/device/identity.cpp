// SPDX-License-Identifier: Apache-2.0
#include "device/identity.hpp"

#include "device/scripted_device.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("device/identity");

namespace {

Result<Device> opened(ScriptedTransport& transport) {
    static ManualClock clock;
    return Device::open(transport, clock, Quirks::builtin(), scsi::DeviceType::changer);
}

} // namespace

TEST_CASE("a device is who its INQUIRY and its listed VPD pages say it is") {
    ScriptedTransport transport;
    scsi::InquiryData data = some_changer();
    data.vendor_specific = std::string(19, ' ') + '\x01';
    expect_inquiry(transport, data);
    const std::vector<std::uint8_t> pages{0x00, 0x80, 0x83};
    transport.expect("12010000ff00",
                     Reply{.data = scsi::encode_supported_vpd_pages(data.type, pages)});
    transport.expect("12018000ff00",
                     Reply{.data = scsi::encode_unit_serial_number(data.type, "  0000078B1217 ")});
    const std::array designators{
        scsi::Designator{.association = scsi::Designator::Association::target_port,
                         .value = hex("58585858")},
        scsi::Designator{.value = hex("41434d45 20202020")},
    };
    transport.expect("120183040000",
                     Reply{.data = scsi::encode_device_identification(data.type, designators)});
    const auto device = opened(transport);
    REQUIRE(device);
    CHECK(device->identity() == Identity{.type = scsi::DeviceType::changer,
                                         .vendor = "ACME",
                                         .product = "ROBOT 9",
                                         .revision = "0100",
                                         .serial = "0000078B1217",
                                         .designator = "ACME",
                                         .vital_pages = {0x00, 0x80, 0x83},
                                         .barcode_reader = true});
}

TEST_CASE("VPD pages that are not listed are not asked for") {
    ScriptedTransport transport;
    expect_inquiry(transport);
    const std::vector<std::uint8_t> pages{0x00, 0x80};
    transport.expect(
        "12010000ff00",
        Reply{.data = scsi::encode_supported_vpd_pages(scsi::DeviceType::changer, pages)});
    transport.expect("12018000ff00", Reply{.data = hex("0880000a 3132")}); // cut short
    const auto device = opened(transport);
    REQUIRE(device);
    CHECK(device->identity().serial.empty());
}

TEST_CASE("a device of 36 bytes is asked for no more") {
    ScriptedTransport transport;
    Bytes short_inquiry = scsi::encode_inquiry_data(some_changer());
    short_inquiry.resize(36);
    short_inquiry[4] = std::byte{31};
    transport.expect("120000002400", Reply{.data = short_inquiry});
    transport.expect("12010000ff00", check_condition({0x5, 0x24, 0x00}));
    const auto device = opened(transport);
    REQUIRE(device);
    CHECK(device->identity().product == "ROBOT 9");
}

TEST_CASE("a tape drive is refused with a sentence that says what to do") {
    ScriptedTransport transport;
    scsi::InquiryData tape = some_changer();
    tape.type = scsi::DeviceType::tape;
    expect_inquiry(transport, tape);
    const auto device = opened(transport);
    REQUIRE_FALSE(device);
    CHECK(device.error().code == Code::wrong_device_type);
    CHECK(device.error().what.find("is a tape drive, not a media changer") != std::string::npos);
    CHECK(device.error().what.find("changerctl discover") != std::string::npos);
}

TEST_CASE("a changer where a drive is wanted is refused with a sentence of its own") {
    ManualClock clock;
    ScriptedTransport transport;
    expect_inquiry(transport);
    const auto device = Device::open(transport, clock, Quirks::builtin(), scsi::DeviceType::tape);
    REQUIRE_FALSE(device);
    CHECK(device.error().code == Code::wrong_device_type);
    CHECK(device.error().what.find("is a media changer, not a tape drive") != std::string::npos);
}

TEST_CASE("a logical unit without a device behind it is not available") {
    ScriptedTransport transport;
    scsi::InquiryData nobody = some_changer();
    nobody.connected = false;
    expect_inquiry(transport, nobody);
    const auto device = opened(transport);
    REQUIRE_FALSE(device);
    CHECK(device.error().code == Code::device_not_available);
}

TEST_CASE("garbage instead of INQUIRY data is an error, whatever its length") {
    for (std::size_t length = 0; length < 36; ++length) {
        CAPTURE(length);
        ScriptedTransport transport;
        transport.expect("120000002400", Reply{.data = Bytes(length, std::byte{0xFF})});
        if (length > 4)
            transport.expect("120000006000", Reply{.data = Bytes(length, std::byte{0xFF})});
        const auto device = opened(transport);
        REQUIRE_FALSE(device);
        CHECK(device.error().code == Code::malformed_response);
    }
}

TEST_CASE("a device that goes away while it is identified is no device without VPD pages") {
    ScriptedTransport transport;
    expect_inquiry(transport);
    transport.expect("12010000ff00", Error{Code::command_timeout, "no answer in time"});
    const auto device = opened(transport);
    REQUIRE_FALSE(device);
    CHECK(device.error().code == Code::command_timeout);
}

TEST_SUITE_END();
