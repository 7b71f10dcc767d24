// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/initialize_element_status.hpp"

using namespace changer;
using namespace changer::test;

namespace {

scsi::Cdb move_cdb(scsi::ElementAddress source, scsi::ElementAddress destination) {
    return scsi::encode(scsi::MoveMedium{.source = source, .destination = destination});
}

} // namespace

TEST_SUITE("sim/moves") {
    TEST_CASE("a move takes its time, empties one element and fills the other") {
        Site site;
        const auto before = site.clock.now().steady;
        CHECK_FALSE(site.host.move(slot(1), slot(20)));
        CHECK(site.clock.now().steady - before == 20s);
        CHECK_FALSE(site.host.element(slot(1)).full);
        const auto moved = site.host.element(slot(20));
        CHECK(moved.volume_tag == "VT0001L8");
        CHECK(moved.source == slot(1));
        CHECK(site.library->snapshot().moves == 1);
        CHECK(site.library->snapshot().count(0xA5) == 1);
    }

    TEST_CASE("what cannot be done is refused with the code that says why, and nothing moves") {
        Site site;
        const scsi::ElementAddress nowhere{0x7777};
        CHECK(site.host.move(slot(20), slot(21)) == Sense{0x5, 0x3B, 0x0E});
        CHECK(site.host.move(slot(1), slot(2)) == Sense{0x5, 0x3B, 0x0D});
        CHECK(site.host.move(nowhere, slot(2)) == Sense{0x5, 0x21, 0x01});
        CHECK(site.host.move(slot(1), nowhere) == Sense{0x5, 0x21, 0x01});
        CHECK(site.host.move(slot(1), arm) == Sense{0x5, 0x21, 0x01});
        CHECK(site.host.sense(scsi::encode(scsi::MoveMedium{.transport = scsi::ElementAddress{7},
                                                            .source = slot(1),
                                                            .destination = slot(20)})) ==
              Sense{0x5, 0x21, 0x01});
        CHECK(site.host.sense(scsi::encode(
                  scsi::MoveMedium{.source = slot(1), .destination = slot(20), .invert = true})) ==
              Sense{0x5, 0x24, 0x00});
        CHECK(site.library->snapshot().moves == 0);
    }

    TEST_CASE("a loaded drive becomes ready, and gives its cartridge back after unloading") {
        Site site;
        Host tape(site.library, site.clock, "host-a-drive", 1);
        tape.attentions();
        CHECK(tape.ready() == Sense{0x2, 0x3A, 0x00});
        CHECK_FALSE(site.host.move(slot(1), drive(1)));
        CHECK(tape.ready() == Sense{0x2, 0x04, 0x01});
        site.clock.advance(15s);
        CHECK(tape.attentions() == std::vector{Sense{0x6, 0x28, 0x00}});
        CHECK_FALSE(tape.ready());
        CHECK_FALSE(tape.sense(scsi::Cdb(0x01, 6))); // REWIND

        CHECK_FALSE(tape.prevent());
        CHECK(site.host.move(drive(1), slot(1)) == Sense{0x5, 0x53, 0x03});
        CHECK_FALSE(tape.prevent(false));
        CHECK_FALSE(tape.sense(scsi::Cdb(0x1B, 6))); // UNLOAD
        CHECK(tape.ready() == Sense{0x2, 0x04, 0x02});
        const auto before = site.clock.now().steady;
        CHECK_FALSE(site.host.move(drive(1), slot(24)));
        CHECK(site.clock.now().steady - before == 20s);
        CHECK(site.host.element(slot(24)).volume_tag == "VT0001L8");
        CHECK(tape.ready() == Sense{0x2, 0x3A, 0x00});
    }

    TEST_CASE("a move out of a drive that still holds its tape threaded unloads it first") {
        Site site;
        CHECK_FALSE(site.host.move(slot(1), drive(2)));
        site.clock.advance(1min);
        const auto before = site.clock.now().steady;
        CHECK_FALSE(site.host.move(drive(2), slot(1)));
        CHECK(site.clock.now().steady - before == 40s);
    }

    TEST_CASE("a library that does not unload by itself says so: Access=0 and 5/3B/90") {
        auto options = *sim::parse_options("default?instant");
        options.personality.unkind.drive_needs_unload = true;
        Site site(options);
        Host tape(site.library, site.clock, "host-a-drive", 1);
        CHECK_FALSE(site.host.move(slot(1), drive(1)));
        CHECK_FALSE(site.host.element(drive(1)).accessible);
        CHECK(site.host.move(drive(1), slot(1)) == Sense{0x5, 0x3B, 0x90});
        tape.attentions();
        CHECK_FALSE(tape.sense(scsi::Cdb(0x1B, 6)));
        CHECK(site.host.element(drive(1)).accessible);
        CHECK_FALSE(site.host.move(drive(1), slot(1)));
    }

    TEST_CASE(
        "while the arm moves other commands are answered at once, a second move waits its turn") {
        Site site;
        const auto nexus = site.library->login({"host-b", 1});
        site.library->poll(site.library->submit(nexus, 0, scsi::Cdb(0x00, 6)));
        const auto first = site.library->submit(nexus, 0, move_cdb(slot(1), slot(20)));
        const auto second = site.library->submit(nexus, 0, move_cdb(slot(2), slot(21)));
        site.clock.advance(10s);
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x07}); // another initiator's move
        CHECK(site.library->poll(site.library->submit(nexus, 0, scsi::Cdb(0x00, 6)))->status ==
              scsi::Status::good);
        CHECK(site.host.element(arm).volume_tag == "VT0001L8");
        CHECK_FALSE(site.library->poll(first));
        site.clock.advance(10s);
        CHECK(site.library->poll(first)->status == scsi::Status::good);
        CHECK_FALSE(site.library->poll(second));
        site.clock.advance(20s);
        CHECK(site.library->poll(second)->status == scsi::Status::good);
        CHECK(site.library->snapshot().at(slot(21)) == "VT0002L8");
    }

    TEST_CASE("more moves than the arm has room for are refused with TASK SET FULL") {
        Site site;
        const auto nexus = site.library->login({"host-b", 1});
        site.library->poll(site.library->submit(nexus, 0, scsi::Cdb(0x00, 6)));
        std::optional<sim::Outcome> last;
        for (int i = 0; i < 40; ++i)
            last = site.library->poll(site.library->submit(nexus, 0, move_cdb(slot(1), slot(20))));
        REQUIRE(last);
        CHECK(last->status == scsi::Status::task_set_full);
    }

    TEST_CASE("INITIALIZE ELEMENT STATUS walks along the cells, not ready meanwhile") {
        Site site;
        const auto before = site.clock.now().steady;
        CHECK_FALSE(site.host.sense(scsi::encode(scsi::InitializeElementStatus{})));
        CHECK(site.clock.now().steady - before == 14s); // 24 slots and 4 mail slots of 0.5 s
        CHECK_FALSE(site.host.sense(
            scsi::encode(scsi::InitializeElementStatusWithRange{.range = {{slot(3), 2}}})));
        CHECK(site.clock.now().steady - before == 15s);
        CHECK_FALSE(site.host.sense(scsi::encode(scsi::LegacyInitializeElementStatusWithRange{})));
    }
}
