// SPDX-License-Identifier: Apache-2.0
#include "scripted_transport.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE("transport/scripted") {
    TEST_CASE("the script answers its commands in order, data cut to the room there is") {
        ScriptedTransport device;
        device.expect("00 00 00 00 00 00", check_condition({6, 0x29, 0}))
            .expect("12 00 00 00 04 00", "08 80 05 02 1f");
        CHECK(device.left() == 2);

        const auto refused = device.execute({.cdb = scsi::Cdb(0x00, 6)});
        REQUIRE(refused);
        CHECK(refused->status == scsi::Status::check_condition);
        CHECK(refused->sense == hex("70 00 06 00 00 00 00 0a 00 00 00 00 29 00 00 00 00 00"));

        Bytes room(4);
        const auto answered =
            device.execute({.cdb = scsi::Cdb(0x12, 6).put(4, 4, 1), .data_in = room});
        REQUIRE(answered);
        CHECK(answered->transferred == 4);
        CHECK(room == hex("08 80 05 02"));
    }

    TEST_CASE("a scripted failure of the transport is an error, not an answer") {
        ScriptedTransport device;
        device.expect(scsi::Cdb(0x00, 6), Error{Code::command_timeout, "no answer"});
        const auto outcome = device.execute({.cdb = scsi::Cdb(0x00, 6)});
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::command_timeout);
    }

    TEST_CASE("another command than the scripted one fails the case" * doctest::should_fail()) {
        ScriptedTransport device;
        device.expect("00 00 00 00 00 00");
        CHECK_FALSE(device.execute({.cdb = scsi::Cdb(0x03, 6)}));
    }

    TEST_CASE("a command beyond the script fails the case" * doctest::should_fail()) {
        ScriptedTransport device;
        CHECK_FALSE(device.execute({.cdb = scsi::Cdb(0x00, 6)}));
    }

    TEST_CASE("a scripted command that never came fails the case" * doctest::should_fail()) {
        ScriptedTransport device;
        device.expect("00 00 00 00 00 00");
    }
}
