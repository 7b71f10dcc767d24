// SPDX-License-Identifier: Apache-2.0
#include "device/recovery.hpp"

#include "device/scripted_device.hpp"
#include "scsi/spc/test_unit_ready.hpp"

using namespace changer;
using namespace changer::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("device/recovery");

namespace {

const Command ready{.cdb = encode(scsi::TestUnitReady{})};

Reply busy(scsi::Status status = scsi::Status::busy) {
    return {.status = status};
}

/// How long a script of answers to one query takes, and how it ends.
struct Run {
    Result<Bytes> answer;
    std::chrono::milliseconds paused;
};

/// Scripts the identification first, then the answers to TEST UNIT READY.
Run answered(std::vector<ScriptedTransport::Outcome> outcomes) {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    for (auto& outcome : outcomes)
        transport.expect(test_unit_ready, std::move(outcome));
    const SteadyTime start = clock.now().steady;
    auto answer = device.query(ready);
    CHECK(transport.left() == 0);
    return {std::move(answer), clock.now().steady - start};
}

} // namespace

TEST_CASE("queued unit attentions are drained without a pause") {
    const auto run = answered({check_condition({0x6, 0x29, 0x00}),
                               check_condition({0x6, 0x28, 0x00}),
                               check_condition({0x6, 0x3F, 0x0E}),
                               Reply{}});
    CHECK(run.answer);
    CHECK(run.paused == 0ms);
}

TEST_CASE("the same unit attention twice running is an outcome") {
    const auto run =
        answered({check_condition({0x6, 0x53, 0x02}), check_condition({0x6, 0x53, 0x02})});
    REQUIRE_FALSE(run.answer);
    CHECK(run.answer.error().sense == Sense{0x6, 0x53, 0x02});
}

TEST_CASE("the same unit attention with another between is not twice running") {
    CHECK(answered({check_condition({0x6, 0x28, 0x00}),
                    check_condition({0x6, 0x29, 0x00}),
                    check_condition({0x6, 0x28, 0x00}),
                    Reply{}})
              .answer);
}

TEST_CASE("unit attentions without end are given up") {
    std::vector<ScriptedTransport::Outcome> outcomes;
    for (std::uint8_t i = 0; i < 17; ++i)
        outcomes.emplace_back(check_condition({0x6, 0x28, i}));
    const auto run = answered(std::move(outcomes));
    REQUIRE_FALSE(run.answer);
    CHECK(run.answer.error().code == Code::device_refused);
}

TEST_CASE("BUSY and TASK SET FULL are waited out, longer each time") {
    const auto run = answered({busy(), busy(scsi::Status::task_set_full), busy(), Reply{}});
    CHECK(run.answer);
    CHECK(run.paused == 250ms + 500ms + 1s);
}

TEST_CASE("a device that stays busy is busy, after less than half a minute") {
    const auto run = answered({busy(), busy(), busy(), busy(), busy(), busy(), busy()});
    REQUIRE_FALSE(run.answer);
    CHECK(run.answer.error().code == Code::device_busy);
    CHECK(run.paused < 30s);
}

TEST_CASE("a passing fault is asked again three times, after 1, 2 and 5 seconds") {
    const Reply fault = check_condition({0xB, 0x48, 0x00});
    const auto run = answered({fault, fault, fault, fault});
    REQUIRE_FALSE(run.answer);
    CHECK(run.answer.error().sense == Sense{0xB, 0x48, 0x00});
    CHECK(run.paused == 8s);
}

TEST_CASE("a door that is reported with an aborted command is no passing fault on that changer") {
    ManualClock clock;
    ScriptedTransport transport;
    scsi::InquiryData ampex = some_changer();
    ampex.vendor = "AMPEX";
    ampex.product = "DST 812";
    Device device = open_device(transport, clock, ampex);
    transport.expect(test_unit_ready, check_condition({0xB, 0x5A, 0x97}));
    const auto answer = device.query(ready);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().sense == Sense{0xB, 0x5A, 0x97});
}

TEST_CASE("not ready and refused are told at once") {
    for (const Sense sense :
         {Sense{0x2, 0x04, 0x01}, Sense{0x5, 0x20, 0x00}, Sense{0x4, 0x40, 0x80}}) {
        CAPTURE(to_string(sense));
        const auto run = answered({check_condition(sense)});
        REQUIRE_FALSE(run.answer);
        CHECK(run.answer.error().code == Code::device_refused);
        CHECK(run.answer.error().sense == sense);
        CHECK(run.answer.error().sense_raw.size() == 36);
        CHECK(run.paused == 0ms);
    }
}

TEST_CASE("a recovered error is a success") {
    CHECK(answered({check_condition({0x1, 0x5D, 0x00})}).answer);
}

TEST_CASE("an operation in progress without a sense key is no success yet") {
    CHECK(answered({check_condition({0x0, 0x00, 0x16}), Reply{}}).answer);
}

TEST_CASE("a deferred error is an earlier command's: the command is sent again") {
    Reply deferred = check_condition({0x4, 0x44, 0x00});
    deferred.sense[0] = std::byte{0x71};
    CHECK(answered({deferred, Reply{}}).answer);
}

TEST_CASE("a check condition without sense, or with garbage for it, is an error") {
    for (const Bytes& sense : {Bytes{}, hex("ff"), hex("00000000"), hex("70")}) {
        CAPTURE(to_hex(sense));
        const auto run = answered({Reply{.status = scsi::Status::check_condition, .sense = sense}});
        REQUIRE_FALSE(run.answer);
        CHECK(run.answer.error().code == Code::device_refused);
        CHECK_FALSE(run.answer.error().sense);
    }
}

TEST_CASE("a query goes on over the next session once; a time-out has cost its time already") {
    const Error lost{Code::transport_failed, "connection lost"};
    CHECK(answered({lost, Reply{}}).answer);
    CHECK(answered({lost, lost}).answer.error().code == Code::transport_failed);
    CHECK(answered({Error{Code::command_timeout, "no answer in time"}}).answer.error().code ==
          Code::command_timeout);
}

TEST_SUITE_END();
