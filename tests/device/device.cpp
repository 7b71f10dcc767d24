// SPDX-License-Identifier: Apache-2.0
#include "device/device.hpp"

#include "device/scripted_device.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/spc/test_unit_ready.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("device/device");

namespace {

const Command ready{.cdb = encode(scsi::TestUnitReady{})};
const Command move{.cdb = encode(scsi::MoveMedium{.source = scsi::ElementAddress{0x400},
                                                  .destination = scsi::ElementAddress{0x100}})};
constexpr std::string_view move_cdb = "a50000000400010000000000";

} // namespace

TEST_CASE("a command that moves media is sent exactly once, whatever is answered") {
    const std::vector<ScriptedTransport::Outcome> outcomes{
        check_condition({0x6, 0x29, 0x00}),
        check_condition({0xB, 0x48, 0x00}),
        check_condition({0x2, 0x04, 0x01}),
        Reply{.status = scsi::Status::busy},
        Error{Code::transport_failed, "connection lost"},
        Error{Code::command_timeout, "no answer in time"},
    };
    for (const auto& outcome : outcomes) {
        ManualClock clock;
        ScriptedTransport transport;
        Device device = open_device(transport, clock);
        transport.expect(move_cdb, outcome);
        CHECK_FALSE(device.act(move));
        CHECK(transport.left() == 0);
    }
}

TEST_CASE("unit attentions are handed over once, with the command that met them") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    transport.expect(test_unit_ready, check_condition({0x6, 0x28, 0x01}));
    transport.expect(test_unit_ready);
    transport.expect(move_cdb, check_condition({0x6, 0x2A, 0x01}));
    CHECK(device.query(ready));
    CHECK_FALSE(device.act(move));
    CHECK(device.take_unit_attentions() ==
          std::vector<scsi::UnitAttention>{{{0x6, 0x28, 0x01}, 0x00}, {{0x6, 0x2A, 0x01}, 0xA5}});
    CHECK(device.take_unit_attentions().empty());
    const Invalidations stale = device.take_invalidations();
    CHECK(stale.mail_slots);
    CHECK(stale.geometry);
    CHECK_FALSE(stale.removal_prevention);
    CHECK_FALSE(device.take_invalidations().any());
}

TEST_CASE("our PREVENT is lost with the session: the transport says so, or the device does") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    SUBCASE("the transport says so") {
        transport.expect(test_unit_ready, Reply{.new_nexus = true});
        CHECK(device.query(ready));
    }
    SUBCASE("a command was lost before") {
        transport.expect(test_unit_ready, Error{Code::transport_failed, "connection lost"});
        transport.expect(test_unit_ready);
        CHECK(device.query(ready));
    }
    SUBCASE("the device says so") {
        transport.expect(test_unit_ready, check_condition({0x6, 0x29, 0x07}));
        transport.expect(test_unit_ready);
        CHECK(device.query(ready));
    }
    SUBCASE("another host allowed removal for everybody") {
        transport.expect(test_unit_ready, check_condition({0x6, 0x2A, 0x15}));
        transport.expect(test_unit_ready);
        CHECK(device.query(ready));
    }
    CHECK(device.take_invalidations().removal_prevention);
}

TEST_CASE("an ordinary answer makes nothing stale") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    transport.expect(test_unit_ready);
    CHECK(device.query(ready));
    CHECK_FALSE(device.take_invalidations().any());
}

TEST_CASE("a device that makes up unit attentions does not eat the memory") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    for (int round = 0; round < 300; ++round) {
        transport.expect(test_unit_ready, check_condition({0x6, 0x28, 0x00}));
        transport.expect(test_unit_ready);
        CHECK(device.query(ready));
    }
    CHECK(device.take_unit_attentions().size() == 256);
}

TEST_CASE("each unit attention makes exactly stale what it is about") {
    using scsi::VendorFamily;
    CHECK(invalidated_by({0x6, 0x28, 0x00}, VendorFamily::generic) ==
          Invalidations{.mail_slots = true, .elements = true});
    CHECK(invalidated_by({0x6, 0x28, 0x01}, VendorFamily::generic) ==
          Invalidations{.mail_slots = true});
    CHECK(invalidated_by({0x6, 0x29, 0x04}, VendorFamily::generic) == invalidated_by_new_nexus());
    CHECK(invalidated_by({0x6, 0x2A, 0x01}, VendorFamily::generic) ==
          Invalidations{.mail_slots = true, .elements = true, .geometry = true});
    CHECK(invalidated_by({0x6, 0x2A, 0x03}, VendorFamily::generic) ==
          Invalidations{.reservation = true});
    CHECK(invalidated_by({0x6, 0x2A, 0x15}, VendorFamily::generic) ==
          Invalidations{.removal_prevention = true});
    CHECK(invalidated_by({0x6, 0x5D, 0x00}, VendorFamily::generic) ==
          Invalidations{.alerts = true});
    CHECK(invalidated_by({0x6, 0x99, 0x99}, VendorFamily::generic) ==
          Invalidations{.mail_slots = true, .elements = true});
}

TEST_CASE("after a reservation of another host nothing that moves media starts again") {
    using scsi::VendorFamily;
    for (const Sense again : {Sense{0x6, 0x28, 0x00},
                              Sense{0x6, 0x28, 0x01},
                              Sense{0x6, 0x29, 0x00},
                              Sense{0x6, 0x2A, 0x01},
                              Sense{0x6, 0x3B, 0x13},
                              Sense{0x6, 0x3F, 0x0E}}) {
        CAPTURE(to_string(again));
        CHECK(may_start_again_after(again, VendorFamily::generic));
    }
    for (const Sense never : {Sense{0x6, 0x2A, 0x03},
                              Sense{0x6, 0x2A, 0x04},
                              Sense{0x6, 0x2A, 0x05},
                              Sense{0x6, 0x53, 0x02}}) {
        CAPTURE(to_string(never));
        CHECK_FALSE(may_start_again_after(never, VendorFamily::generic));
    }
}

TEST_CASE("what the device adds to a command that is done comes with its data") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    const Command read{.cdb = scsi::Cdb::from_bytes(hex("080000000800")), .allocation_length = 8};
    transport.expect(
        "080000000800",
        Reply{.data = hex("0102030405"),
              .status = scsi::Status::check_condition,
              .sense = scsi::encode_sense_fixed({.incorrect_length = true, .information = 3})});
    auto done = device.act_with_sense(read);
    REQUIRE(done);
    CHECK(done->data == hex("0102030405"));
    REQUIRE(done->sense);
    CHECK(done->sense->incorrect_length);
    transport.expect("080000000800", Reply{.sense = scsi::encode_sense_fixed({.filemark = true})});
    done = device.act_with_sense(read);
    REQUIRE(done);
    REQUIRE(done->sense);
    CHECK(done->sense->filemark);
    transport.expect("080000000800", Reply{.data = hex("01")});
    done = device.act_with_sense(read);
    REQUIRE(done);
    CHECK_FALSE(done->sense);
    transport.expect("080000000800", check_condition({0x8, 0x00, 0x05}));
    CHECK(device.act_with_sense(read).error().sense == Sense{0x8, 0x00, 0x05});
    CHECK(device.unit_attentions_met() == 0);
    transport.expect("080000000800", check_condition({0x6, 0x28, 0x00}));
    CHECK_FALSE(device.act_with_sense(read));
    CHECK(device.unit_attentions_met() == 1);
    device.take_unit_attentions();
    CHECK(device.unit_attentions_met() == 1);
}

TEST_SUITE_END();
