// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/spc/log_sense.hpp"

using namespace changer;
using namespace changer::test;

namespace {

constexpr Sense door_is_open{0x2, 0x04, 0x18};
constexpr Sense becoming_ready{0x2, 0x04, 0x01};
constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};

/// Advances until the library is ready again, its unit attention taken.
void settle(Site& site) {
    site.clock.advance(10min);
    CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
}

} // namespace

TEST_SUITE("sim/door") {
    TEST_CASE(
        "an open door makes the changer not ready, until it is closed and the cells are scanned") {
        Site site;
        REQUIRE(site.library->open_door());
        CHECK(site.host.ready() == door_is_open);
        CHECK(site.host.move(slot(1), slot(20)) == door_is_open);
        site.clock.advance(1h);
        CHECK(site.host.ready() == door_is_open);

        REQUIRE(site.library->close_door());
        CHECK(site.host.ready() == becoming_ready);
        site.clock.advance(16s); // 5 s, and 24 cells of 0.5 s
        CHECK(site.host.ready() == becoming_ready);
        site.clock.advance(1s);
        CHECK(site.host.ready() == medium_may_have_changed);
        CHECK_FALSE(site.host.ready());
    }

    TEST_CASE(
        "a door opened and closed between two polls leaves a unit attention for each initiator") {
        Site site;
        Host other(site.library, site.clock, "host-b");
        other.attentions();
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->close_door());
        site.clock.advance(1min);
        CHECK(site.host.ready() == medium_may_have_changed);
        CHECK_FALSE(site.host.ready());
        CHECK(other.ready() == medium_may_have_changed);
        CHECK_FALSE(other.ready());
    }

    TEST_CASE(
        "what hands did behind the door shows as the cells are scanned, one after the other") {
        Site site;
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->insert("NEW001L8", slot(20)));
        REQUIRE(site.library->remove(slot(1)));
        REQUIRE(site.library->swap(slot(2), slot(3)));
        REQUIRE(site.library->swap(slot(4), slot(24)));
        CHECK(site.library->snapshot().at(slot(20)) == "NEW001L8");

        const auto before = site.host.element(slot(1));
        CHECK(before.volume_tag == "VT0001L8"); // what it remembers, and it says so
        CHECK(before.exception);
        CHECK(before.asc == 0x83);
        CHECK_FALSE(before.accessible);

        REQUIRE(site.library->close_door());
        site.clock.advance(6s); // 5 s, then two cells
        CHECK_FALSE(site.host.element(slot(1)).full);
        CHECK_FALSE(site.host.element(slot(1)).exception);
        CHECK(site.host.element(slot(3)).exception);
        CHECK(site.host.element(slot(3)).volume_tag == "VT0003L8");

        settle(site);
        CHECK(site.host.element(slot(2)).volume_tag == "VT0003L8");
        CHECK(site.host.element(slot(3)).volume_tag == "VT0002L8");
        CHECK_FALSE(site.host.element(slot(4)).full);
        CHECK(site.host.element(slot(20)).volume_tag == "NEW001L8");
        CHECK(site.host.element(slot(24)).volume_tag == "VT0004L8");
        for (const auto& element : site.host.elements())
            CHECK_FALSE(element.exception);
    }

    TEST_CASE("hands reach cells behind the open door and open mail slots only") {
        Site site;
        CHECK(site.library->insert("NEW001L8", slot(20)).error().code ==
              Code::medium_not_accessible);
        CHECK(site.library->insert("NEW001L8", mail(1)).error().code ==
              Code::medium_not_accessible);
        REQUIRE(site.library->open_door());
        CHECK(site.library->insert("NEW001L8", mail(1)).error().code ==
              Code::medium_not_accessible);
        CHECK(site.library->insert("NEW001L8", drive(1)).error().code ==
              Code::medium_not_accessible);
        CHECK(site.library->insert("NEW001L8", scsi::ElementAddress{0x7777}).error().code ==
              Code::not_found);
        CHECK(site.library->insert("NEW001L8", slot(1)).error().code == Code::destination_full);
        CHECK(site.library->insert("NEW 01", slot(20)).error().code == Code::invalid_parameter);
        CHECK(site.library->remove(slot(20)).error().code == Code::source_empty);
        CHECK(site.library->swap(slot(20), slot(21)).error().code == Code::source_empty);
    }

    TEST_CASE("the door is held while any initiator prevents removal, and by each on its own") {
        Site site;
        Host other(site.library, site.clock, "host-b");
        other.attentions();
        CHECK_FALSE(site.host.prevent());
        CHECK_FALSE(other.prevent());
        CHECK(site.library->snapshot().lock_holders ==
              std::vector<std::string>{"host-a", "host-b"});
        CHECK(site.library->open_door().error().code == Code::busy);
        CHECK_FALSE(site.host.prevent(false));
        CHECK(site.library->open_door().error().code == Code::busy);
        CHECK(site.library->open_mail().error().code == Code::busy);
        CHECK_FALSE(other.prevent(false));
        CHECK(site.library->open_door());
        CHECK(site.library->open_door().error().code == Code::door_open);
    }

    TEST_CASE("an initiator that logs out or is reset loses its PREVENT") {
        Site site;
        {
            Host other(site.library, site.clock, "host-b");
            other.attentions();
            CHECK_FALSE(other.prevent());
            CHECK_FALSE(site.library->open_door());
        }
        CHECK(site.library->snapshot().lock_holders.empty());
        CHECK_FALSE(site.host.prevent());
        site.library->reset_logical_unit(0);
        CHECK(site.library->snapshot().lock_holders.empty());
        CHECK(site.host.attentions() == std::vector{Sense{0x6, 0x29, 0x03}});
        CHECK(site.library->open_door());
    }

    TEST_CASE("mail slots tell of themselves with 28/01 and never make the library not ready") {
        Site site;
        REQUIRE(site.library->open_mail());
        CHECK_FALSE(site.host.ready());
        CHECK_FALSE(site.host.element(mail(1)).accessible);
        CHECK(site.host.move(slot(1), mail(1)) == Sense{0x2, 0x3A, 0x02});
        REQUIRE(site.library->insert("NEW001L8", mail(2)));
        REQUIRE(site.library->close_mail());
        CHECK(site.host.attentions() == std::vector{Sense{0x6, 0x28, 0x01}});
        const auto element = site.host.element(mail(2));
        CHECK(element.volume_tag == "NEW001L8");
        CHECK(element.import_export);
        CHECK_FALSE(site.host.move(mail(2), slot(20)));
        CHECK_FALSE(site.host.move(slot(20), mail(3)));
        CHECK_FALSE(site.host.element(mail(3)).import_export);
    }

    TEST_CASE("an off-line library says 2/04/12, and 28/00 when it is back") {
        Site site;
        REQUIRE(site.library->set_online(false));
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x12});
        REQUIRE(site.library->set_online(true));
        CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
    }

    TEST_CASE("TapeAlert 16 stands after the door was open, until this initiator reads it whole") {
        Site site;
        const auto flags = [&](std::uint16_t room) {
            return site.host.data(scsi::encode(
                scsi::LogSense{.page = scsi::tape_alert::log_page, .allocation_length = room}));
        };
        REQUIRE(site.library->open_door());
        CHECK(flags(8).size() == 8);
        auto decoded = scsi::decode_tape_alert(flags(512));
        REQUIRE(decoded);
        CHECK(decoded->test(scsi::tape_alert::door_open));
        CHECK(decoded->count() == 1);
        decoded = scsi::decode_tape_alert(flags(512));
        REQUIRE(decoded);
        CHECK(decoded->none());
    }

    TEST_CASE("a move that runs as the door opens is given up, its cartridge back where it was") {
        Site site;
        const auto nexus = site.library->login({"host-c", 1});
        const auto take_attention = site.library->submit(nexus, 0, scsi::Cdb(0x00, 6));
        CHECK(site.library->poll(take_attention));
        const auto task = site.library->submit(
            nexus, 0, scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}));
        site.clock.advance(15s);
        CHECK(site.library->snapshot().at(arm) == "VT0001L8");
        REQUIRE(site.library->open_door());
        const auto outcome = site.library->poll(task);
        REQUIRE(outcome);
        CHECK(scsi::decode_sense(outcome->sense)->sense == door_is_open);
        CHECK(site.library->snapshot().at(slot(1)) == "VT0001L8");
        CHECK_FALSE(site.library->snapshot().moving);
    }
}
