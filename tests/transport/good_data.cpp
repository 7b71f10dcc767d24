// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "transport/transport.hpp"

#include <doctest/doctest.h>

using namespace changer;
using changer::test::hex;

namespace {

Error refused(const Completion& completion) {
    const auto data = good_data(Request{}, completion);
    REQUIRE_FALSE(data);
    return data.error();
}

} // namespace

TEST_SUITE("transport/good_data") {
    TEST_CASE("GOOD yields what arrived, and never more than there was room for") {
        auto room = hex("01020304");
        const Request request{.cdb = scsi::Cdb(0x12, 6), .data_in = room};
        const auto some = good_data(request, {.transferred = 3});
        REQUIRE(some);
        CHECK(to_hex(*some) == "010203");
        const auto all = good_data(request, {.transferred = 5});
        REQUIRE(all);
        CHECK(all->size() == 4);
    }

    TEST_CASE("CHECK CONDITION is a refusal that carries its sense, decoded and raw") {
        const auto fixed =
            refused({.status = scsi::Status::check_condition,
                     .sense = hex("70 00 05 00 00 00 00 0a 00 00 00 00 3b 0e 00 00 00 00")});
        CHECK(fixed.code == Code::device_refused);
        CHECK(fixed.sense == Sense{5, 0x3B, 0x0E});
        CHECK(fixed.sense_raw == "70000500000000"
                                 "0a000000003b0e00000000");
        CHECK(to_string(fixed) == "command refused (5/3B/0E)");
        const auto descriptor = refused(
            {.status = scsi::Status::check_condition, .sense = hex("72 06 28 00 00 00 00 00")});
        CHECK(descriptor.sense == Sense{6, 0x28, 0x00});
    }

    TEST_CASE("CHECK CONDITION without sense, or with bytes that are none, is a refusal as well") {
        const auto mute = refused({.status = scsi::Status::check_condition});
        CHECK(mute.code == Code::device_refused);
        CHECK_FALSE(mute.sense);
        CHECK(mute.what == "command refused without sense data");
        const auto garbage =
            refused({.status = scsi::Status::check_condition, .sense = hex("00ff")});
        CHECK_FALSE(garbage.sense);
        CHECK(garbage.sense_raw == "00ff");
    }

    TEST_CASE("BUSY, TASK SET FULL and a reservation are told apart from refusals") {
        CHECK(refused({.status = scsi::Status::busy}).code == Code::device_busy);
        CHECK(refused({.status = scsi::Status::task_set_full}).code == Code::device_busy);
        CHECK(refused({.status = scsi::Status::reservation_conflict}).code ==
              Code::reservation_conflict);
        CHECK(refused({.status = scsi::Status::task_aborted}).code == Code::device_refused);
        CHECK(refused({.status = scsi::Status{0x04}}).what == "command refused, status 04h");
    }
}
