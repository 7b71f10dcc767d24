// SPDX-License-Identifier: Apache-2.0
#include "device/ready_wait.hpp"

#include "device/scripted_device.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"

using namespace changer;
using namespace changer::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("device/ready_wait");

namespace {

const Command log_page{encode(scsi::LogSense{.page = 0x2E}), 512};
constexpr std::string_view log_cdb = "4d006e00000000020000";
const Reply becoming = check_condition({0x2, 0x04, 0x01});

struct Waiting {
    explicit Waiting(std::chrono::milliseconds budget,
                     const scsi::InquiryData& who = some_changer()) {
        expect_identity(transport, who);
        auto opened =
            Device::open(transport,
                         clock,
                         Quirks::builtin(),
                         scsi::DeviceType::changer,
                         {.ready = {.budget = budget, .progress = [this](const NotReadyYet& look) {
                                        looks.push_back(look.waited);
                                        return looks.size() < most_looks;
                                    }}});
        REQUIRE(opened);
        device.emplace(*std::move(opened));
    }

    std::size_t most_looks = 1000;
    std::vector<std::chrono::milliseconds> looks;
    ManualClock clock;
    ScriptedTransport transport;
    std::optional<Device> device;
};

} // namespace

TEST_CASE("a query waits for a device that is becoming ready, and tells at each look") {
    Waiting it(60s);
    it.transport.expect(log_cdb, becoming);
    for (int i = 0; i < 4; ++i)
        it.transport.expect(test_unit_ready, becoming);
    it.transport.expect(test_unit_ready).expect(log_cdb, "2e000000");
    CHECK(it.device->query(log_page));
    CHECK(it.looks == std::vector<std::chrono::milliseconds>{0s, 1s, 3s, 8s});
}

TEST_CASE("the budget ends the waiting, and the error says how long it was") {
    Waiting it(9s);
    it.transport.expect(log_cdb, becoming);
    for (int i = 0; i < 4; ++i)
        it.transport.expect(test_unit_ready, becoming);
    const auto answer = it.device->query(log_page);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().sense == Sense{0x2, 0x04, 0x01});
    CHECK(answer.error().what.find("waited 8 s") != std::string::npos);
}

TEST_CASE("whoever is told may end the waiting") {
    Waiting it(60s);
    it.most_looks = 2;
    it.transport.expect(log_cdb, becoming);
    it.transport.expect(test_unit_ready, becoming).expect(test_unit_ready, becoming);
    CHECK_FALSE(it.device->query(log_page));
}

TEST_CASE("a device that is ready and refuses all the same has answered") {
    Waiting it(60s);
    it.transport.expect(log_cdb, becoming).expect(test_unit_ready).expect(log_cdb, becoming);
    CHECK_FALSE(it.device->query(log_page));
}

TEST_CASE("what waiting does not help is not waited for: a door, a jam, a lost device") {
    for (const Sense sense : {Sense{0x2, 0x04, 0x18}, Sense{0x2, 0x04, 0x03}}) {
        CAPTURE(to_string(sense));
        Waiting it(60s);
        it.transport.expect(log_cdb, check_condition(sense));
        CHECK(it.device->query(log_page).error().sense == sense);
        it.transport.expect(log_cdb, becoming).expect(test_unit_ready, check_condition(sense));
        CHECK(it.device->query(log_page).error().sense == sense);
    }
    Waiting it(60s);
    it.transport.expect(log_cdb, becoming);
    it.transport.expect(test_unit_ready, Error{Code::device_not_available, "gone"});
    CHECK(it.device->query(log_page).error().code == Code::device_not_available);
}

TEST_CASE("nobody waits without a budget, nor in the question whether the device is ready") {
    Waiting none(0s);
    none.transport.expect(log_cdb, becoming);
    CHECK_FALSE(none.device->query(log_page));
    Waiting it(60s);
    it.transport.expect(log_cdb, becoming);
    CHECK_FALSE(it.device->query_now(log_page));
}

TEST_CASE("a library that an operator has paused is looked at once a minute") {
    scsi::InquiryData ibm = some_changer();
    ibm.vendor = "IBM";
    ibm.product = "03584L32";
    const Reply paused = check_condition({0x2, 0x04, 0x85});
    Waiting it(200s, ibm);
    it.transport.expect(log_cdb, paused).expect(test_unit_ready, paused);
    it.transport.expect(test_unit_ready, paused).expect(test_unit_ready);
    it.transport.expect(log_cdb, "2e000000");
    CHECK(it.device->query(log_page));
    CHECK(it.looks == std::vector<std::chrono::milliseconds>{0s, 60s});
}

TEST_SUITE_END();
