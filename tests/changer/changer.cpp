// SPDX-License-Identifier: Apache-2.0
#include "changer/changer.hpp"

#include "changer/scripted_changer.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/tape_alert.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/changer");

namespace {

constexpr std::string_view prevent = "1e0000000100";
constexpr std::string_view allow = "1e0000000000";
constexpr std::string_view log_page = "4d006e00000000020000";
constexpr std::string_view rescan_07 = "070000000000";
constexpr std::string_view rescan_37 = "37000000000000000000";
constexpr std::string_view rescan_e7 = "e7000000000000000000";
constexpr std::string_view lock_page = "1a081f41ff00";

struct Opened {
    explicit Opened(const scsi::InquiryData& inquiry = some_changer())
        : changer(open_changer(transport, clock, small_library(), inquiry)) {}

    ManualClock clock;
    ScriptedTransport transport;
    Changer changer;
};

scsi::InquiryData named(std::string vendor, std::string product) {
    scsi::InquiryData data = some_changer();
    data.vendor = std::move(vendor);
    data.product = std::move(product);
    return data;
}

const Reply unsupported = check_condition({0x5, 0x20, 0x00});

} // namespace

TEST_CASE("a tape drive is not opened as a changer") {
    ManualClock clock;
    ScriptedTransport transport;
    scsi::InquiryData tape = some_changer();
    tape.type = scsi::DeviceType::tape;
    expect_inquiry(transport, tape);
    const auto changer = Changer::open(transport, clock, Quirks::builtin());
    REQUIRE_FALSE(changer);
    CHECK(changer.error().code == Code::wrong_device_type);
}

TEST_CASE("a changer without an arm has one, one without slots is not opened") {
    ManualClock clock;
    auto geometry = small_library();
    geometry.transport.count = 0;
    {
        ScriptedTransport transport;
        const Changer changer = open_changer(transport, clock, geometry);
        CHECK(changer.geometry().transport == scsi::ElementRange{ElementAddress{0}, 1});
    }
    geometry.storage.count = geometry.import_export.count = 0;
    ScriptedTransport transport;
    expect_identity(transport);
    expect_geometry(transport, geometry);
    const auto changer = Changer::open(transport, clock, Quirks::builtin());
    REQUIRE_FALSE(changer);
    CHECK(changer.error().code == Code::malformed_response);
}

TEST_CASE("ranges past the last address end there") {
    ManualClock clock;
    ScriptedTransport transport;
    auto geometry = small_library();
    geometry.storage = {ElementAddress{0xFFF0}, 0xFFFF};
    const Changer changer = open_changer(transport, clock, geometry);
    CHECK(changer.geometry().storage.count == 0x10);
}

TEST_CASE("ready, not ready and no answer are three things") {
    Opened it;
    it.transport.expect(test_unit_ready);
    CHECK(it.changer.test_ready()->ready);
    for (const Sense sense : {Sense{0x2, 0x04, 0x18}, Sense{0x4, 0x04, 0x03}}) {
        it.transport.expect(test_unit_ready, check_condition(sense));
        const auto closed = it.changer.test_ready();
        REQUIRE(closed);
        CHECK_FALSE(closed->ready);
        CHECK(closed->not_ready == sense);
    }
    it.transport.expect(test_unit_ready, Error{Code::command_timeout, "no answer in time"});
    CHECK(it.changer.test_ready().error().code == Code::command_timeout);
    it.transport.expect(test_unit_ready, check_condition({0x5, 0x25, 0x00}));
    CHECK(it.changer.test_ready().error().code == Code::device_refused);
}

TEST_CASE("TEST UNIT READY drains unit attentions, and each of them is recorded") {
    Opened it;
    it.transport.expect(test_unit_ready, check_condition({0x6, 0x29, 0x07}));
    it.transport.expect(test_unit_ready, check_condition({0x6, 0x28, 0x00}));
    it.transport.expect(test_unit_ready);
    CHECK(it.changer.test_ready()->ready);
    CHECK(it.changer.take_unit_attentions() ==
          std::vector<scsi::UnitAttention>{{{0x6, 0x29, 0x07}, 0x00}, {{0x6, 0x28, 0x00}, 0x00}});
    CHECK(it.changer.take_invalidations().removal_prevention);
}

TEST_CASE("a unit attention that does not go away is why a changer is not ready") {
    Opened it;
    it.transport.expect(test_unit_ready, check_condition({0x6, 0x53, 0x02}));
    it.transport.expect(test_unit_ready, check_condition({0x6, 0x53, 0x02}));
    CHECK(it.changer.test_ready()->not_ready == Sense{0x6, 0x53, 0x02});
}

TEST_CASE("a new session is told even by a changer that keeps quiet about it") {
    Opened it;
    it.transport.expect(test_unit_ready, Reply{.new_nexus = true});
    CHECK(it.changer.test_ready()->ready);
    CHECK(it.changer.take_unit_attentions().empty());
    CHECK(it.changer.take_invalidations().removal_prevention);
    CHECK_FALSE(it.changer.take_invalidations().any());
}

TEST_CASE("PREVENT and ALLOW are good, refused or unknown") {
    struct Case {
        ScriptedTransport::Outcome outcome;
        RemovalVerdict verdict;
    };

    const std::vector<Case> cases{
        {Reply{}, RemovalVerdict::good},
        {check_condition({0x1, 0x00, 0x00}), RemovalVerdict::good},
        {unsupported, RemovalVerdict::refused},
        {check_condition({0x5, 0x24, 0x00}), RemovalVerdict::refused},
        {check_condition({0x5, 0x53, 0x02}), RemovalVerdict::refused},
        {Reply{.status = scsi::Status::reservation_conflict}, RemovalVerdict::refused},
        {check_condition({0x2, 0x04, 0x01}), RemovalVerdict::unknown},
        {check_condition({0x4, 0x40, 0x80}), RemovalVerdict::unknown},
        {Error{Code::command_timeout, "no answer in time"}, RemovalVerdict::unknown},
        {Error{Code::device_not_available, "gone"}, RemovalVerdict::unknown},
    };
    for (const Case& one : cases) {
        Opened it;
        const auto* reply = std::get_if<Reply>(&one.outcome);
        for (const std::string_view command : {prevent, allow}) {
            it.transport.expect(command, one.outcome);
            if (reply && reply->status == scsi::Status::reservation_conflict)
                it.transport.expect("5e010000000000100000", unsupported); // who holds it?
        }
        const RemovalAnswer locked = it.changer.prevent_removal();
        CHECK(locked.verdict == one.verdict);
        CHECK(locked.why.empty() == (one.verdict == RemovalVerdict::good));
        CHECK(it.changer.allow_removal().verdict == one.verdict);
    }
}

TEST_CASE("a unit attention in the way of PREVENT is recorded, and PREVENT is said again") {
    Opened it;
    it.transport.expect(prevent, check_condition({0x6, 0x29, 0x00})).expect(prevent);
    CHECK(it.changer.prevent_removal().verdict == RemovalVerdict::good);
    CHECK(it.changer.take_unit_attentions().size() == 1);
}

TEST_CASE("removal prevented as a unit attention that stays is a refusal") {
    Opened it;
    it.transport.expect(allow, check_condition({0x6, 0x53, 0x02}));
    it.transport.expect(allow, check_condition({0x6, 0x53, 0x02}));
    const RemovalAnswer answer = it.changer.allow_removal();
    CHECK(answer.verdict == RemovalVerdict::refused);
    CHECK(answer.sense == Sense{0x6, 0x53, 0x02});
}

TEST_CASE("whether PREVENT holds the door is known from the row, the page, or not at all") {
    SUBCASE("a row says yes") {
        Opened it(named("TANDBERG", "StorageLoader"));
        CHECK(it.changer.door_lock_effective() == Support::yes);
    }
    SUBCASE("a row says no") {
        Opened it(named("IBM", "03584L32"));
        CHECK(it.changer.door_lock_effective() == Support::no);
    }
    SUBCASE("the page says so, and is asked once") {
        for (const bool locks : {true, false}) {
            Opened it;
            it.transport.expect(lock_page,
                                mode_reply(scsi::encode_mode_page(scsi::ExtendedDeviceCapabilities{
                                    .prevent_locks_door = locks})));
            const Support expected = locks ? Support::yes : Support::no;
            CHECK(it.changer.door_lock_effective() == expected);
            CHECK(it.changer.door_lock_effective() == expected);
        }
    }
    SUBCASE("no page") {
        Opened it;
        it.transport.expect(lock_page, check_condition({0x5, 0x24, 0x00}));
        CHECK(it.changer.door_lock_effective() == Support::unknown);
    }
    SUBCASE("no PREVENT") {
        Opened it;
        it.transport.expect(prevent, unsupported);
        CHECK(it.changer.prevent_removal().verdict == RemovalVerdict::refused);
        CHECK(it.changer.door_lock_effective() == Support::no);
    }
}

TEST_CASE("alerts are read whole, and a changer without them is asked once") {
    Opened it;
    SUBCASE("it has them") {
        scsi::TapeAlertFlags flags;
        flags.set(scsi::tape_alert::door_open);
        it.transport.expect(log_page, Reply{.data = scsi::encode_tape_alert(flags)});
        const auto read = it.changer.read_alerts();
        REQUIRE(read);
        CHECK(*read == flags);
    }
    SUBCASE("it has none") {
        it.transport.expect(log_page, unsupported);
        for (int i = 0; i < 2; ++i) {
            const auto read = it.changer.read_alerts();
            REQUIRE(read);
            CHECK_FALSE(*read);
        }
    }
    SUBCASE("half a page is no page") {
        Bytes half = scsi::encode_tape_alert({});
        half.resize(100);
        it.transport.expect(log_page, Reply{.data = half});
        CHECK(it.changer.read_alerts().error().code == Code::malformed_response);
    }
}

TEST_CASE("a rescan is the first command that the changer has") {
    SUBCASE("the plain one") {
        Opened it;
        expect_no_timeouts(it.transport);
        it.transport.expect(rescan_07);
        CHECK(it.changer.rescan());
    }
    SUBCASE("with range") {
        Opened it;
        expect_no_timeouts(it.transport);
        it.transport.expect(rescan_07, unsupported).expect(rescan_37);
        CHECK(it.changer.rescan());
    }
    SUBCASE("the vendor's own, only where a row names it") {
        Opened it(named("IBM", "03584L32"));
        expect_no_timeouts(it.transport);
        it.transport.expect(rescan_07, unsupported).expect(rescan_e7);
        CHECK(it.changer.rescan());
    }
    SUBCASE("none") {
        Opened it;
        expect_no_timeouts(it.transport);
        it.transport.expect(rescan_07, unsupported).expect(rescan_37, unsupported);
        CHECK(it.changer.rescan().error().sense == Sense{0x5, 0x20, 0x00});
    }
    SUBCASE("not now") {
        Opened it;
        expect_no_timeouts(it.transport);
        it.transport.expect(rescan_07, check_condition({0x2, 0x04, 0x18}));
        CHECK(it.changer.rescan().error().sense == Sense{0x2, 0x04, 0x18});
    }
}

TEST_CASE("a rescan is sent again after events, not after a lost answer or a reservation") {
    Opened it;
    expect_no_timeouts(it.transport);
    SUBCASE("events, and other work") {
        it.transport.expect(rescan_07, check_condition({0x6, 0x29, 0x00}));
        it.transport.expect(rescan_07, check_condition({0x6, 0x28, 0x00}));
        it.transport.expect(rescan_07, Reply{.status = scsi::Status::busy});
        it.transport.expect(rescan_07);
        CHECK(it.changer.rescan());
    }
    SUBCASE("a lost answer") {
        it.transport.expect(rescan_07, Error{Code::transport_failed, "connection lost"});
        CHECK(it.changer.rescan().error().code == Code::transport_failed);
    }
    SUBCASE("a reservation") {
        it.transport.expect(rescan_07, check_condition({0x6, 0x2A, 0x03}));
        CHECK_FALSE(it.changer.rescan());
    }
    SUBCASE("the same event again") {
        it.transport.expect(rescan_07, check_condition({0x6, 0x28, 0x00}));
        it.transport.expect(rescan_07, check_condition({0x6, 0x28, 0x00}));
        CHECK_FALSE(it.changer.rescan());
    }
}

TEST_SUITE_END();
