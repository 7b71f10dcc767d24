// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/vpd.hpp"

using namespace changer;
using namespace changer::test;

namespace {

constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};

/// Two partitions of one library, a host on each.
struct Cabinet {
    explicit Cabinet(std::string_view options = "default") {
        const auto whole = sim::parse_options(options);
        REQUIRE(whole);
        const auto cabinet = std::make_shared<sim::Cabinet>();
        one = std::make_shared<sim::Library>(sim::partition(*whole, 1, 2), clock, cabinet);
        two = std::make_shared<sim::Library>(sim::partition(*whole, 2, 2), clock, cabinet);
        first.emplace(one, clock, "host-a");
        second.emplace(two, clock, "host-b");
        first->attentions();
        second->attentions();
    }

    ManualClock clock;
    std::shared_ptr<sim::Library> one;
    std::shared_ptr<sim::Library> two;
    std::optional<Host> first;
    std::optional<Host> second;
};

std::string serial_number(Host& host) {
    return *scsi::decode_unit_serial_number(
        host.data(scsi::encode(scsi::Inquiry{.vpd_page = 0x80})));
}

} // namespace

TEST_SUITE("sim/partitions") {
    TEST_CASE("the door opens for both, and both tell of it") {
        Cabinet cabinet;
        REQUIRE(cabinet.one->open_door());
        CHECK(cabinet.first->ready() == Sense{0x2, 0x04, 0x18});
        CHECK(cabinet.second->ready() == Sense{0x2, 0x04, 0x18});
        CHECK(cabinet.two->open_door().error().code == Code::door_open);
        REQUIRE(cabinet.two->insert("NEW001L8", slot(20)));
        REQUIRE(cabinet.one->remove(slot(1)));
        REQUIRE(cabinet.two->close_door());
        cabinet.clock.advance(1min);
        CHECK(cabinet.first->attentions() == std::vector{medium_may_have_changed});
        CHECK(cabinet.second->attentions() == std::vector{medium_may_have_changed});
        CHECK(cabinet.second->element(slot(20)).volume_tag == "NEW001L8");
        CHECK_FALSE(cabinet.first->element(slot(1)).full);
        CHECK(cabinet.second->element(slot(1)).full);
    }

    TEST_CASE("PREVENT on either holds the door of both, and the mail slots of its own") {
        Cabinet cabinet;
        CHECK_FALSE(cabinet.second->prevent());
        CHECK(cabinet.one->open_door().error().what == "locked by host-b");
        CHECK(cabinet.one->open_mail());
        CHECK(cabinet.two->open_mail().error().code == Code::busy);
        CHECK_FALSE(cabinet.second->prevent(false));
        CHECK(cabinet.one->open_door());
    }

    TEST_CASE("they share a serial number, and are told apart by what is behind it") {
        Cabinet plain("default?serial=ABC123");
        CHECK(serial_number(*plain.first) == "ABC123_LL1");
        CHECK(serial_number(*plain.second) == "ABC123_LL2");
        Cabinet ibm("ibm-3584?serial=ABC123&slots=100");
        CHECK(serial_number(*ibm.first) == "000000ABC1230401");
        CHECK(serial_number(*ibm.second) == "000000ABC1230465");
        CHECK(*ibm.two->element("slot:1") == scsi::ElementAddress{0x465});
        const auto drive_serial = [](Host& host) {
            const auto drives = host.elements(scsi::ElementType::data_transfer);
            return drives.size();
        };
        CHECK(drive_serial(*plain.first) == 2);
        Host one(plain.one, plain.clock, "host-c", 1);
        Host two(plain.two, plain.clock, "host-c", 1);
        CHECK(serial_number(one) != serial_number(two));
    }

    TEST_CASE("one without others is not called a partition") {
        const auto whole = *sim::parse_options("default?serial=ABC123");
        CHECK(sim::partition(whole, 1, 1).unit_serial_number() == "ABC123");
    }

    TEST_CASE("a move of one is nothing to the other, and goes on when a partition ends") {
        Cabinet cabinet;
        CHECK_FALSE(cabinet.first->move(slot(1), slot(20)));
        CHECK(cabinet.two->snapshot().moves == 0);
        cabinet.second.reset();
        cabinet.two.reset();
        REQUIRE(cabinet.one->open_door());
        CHECK(cabinet.first->ready() == Sense{0x2, 0x04, 0x18});
    }
}
