// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"

#include <fmt/format.h>

using namespace changer;
using namespace changer::test;

namespace {

constexpr Sense door_is_open{0x2, 0x04, 0x18};
constexpr Sense becoming_ready{0x2, 0x04, 0x01};
constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};
constexpr Sense invalid_field{0x5, 0x24, 0x00};

std::string unkind(std::string_view names) {
    return fmt::format("default?unkind={}", names);
}

scsi::Cdb read_elements(const scsi::ReadElementStatus& asked = {.allocation_length = 4096}) {
    return scsi::encode(asked);
}

scsi::TapeAlertFlags alerts(Host& host) {
    const auto flags = scsi::decode_tape_alert(
        host.data(scsi::encode(scsi::LogSense{.page = scsi::tape_alert::log_page})));
    REQUIRE(flags);
    return *flags;
}

} // namespace

TEST_SUITE("sim/unkindness") {
    TEST_CASE("PREVENT answers GOOD and holds nothing") {
        Site kind;
        CHECK_FALSE(kind.host.prevent());
        CHECK_FALSE(kind.library->open_door());
        Site site(unkind("prevent-without-effect"));
        CHECK_FALSE(site.host.prevent());
        CHECK(site.library->snapshot().lock_holders.size() == 1);
        CHECK(site.library->open_door());
        CHECK(site.library->open_mail());
    }

    TEST_CASE("one initiator's ALLOW ends another's PREVENT") {
        for (const bool switched : {false, true}) {
            CAPTURE(switched);
            Site site(switched ? unkind("allow-for-everybody") : "default");
            Host other(site.library, site.clock, "host-b");
            other.attentions();
            CHECK_FALSE(other.prevent());
            CHECK_FALSE(site.host.prevent(false));
            CHECK(bool(site.library->open_door()) == switched);
        }
    }

    TEST_CASE("PREVENT wants a ready library, or READ ELEMENT STATUS does") {
        Site site(unkind("prevent-needs-ready"));
        REQUIRE(site.library->open_door());
        CHECK(site.host.prevent() == door_is_open);
        CHECK(site.host.prevent(false) == door_is_open);
        CHECK_FALSE(site.host.sense(read_elements()));
        Site other(unkind("elements-need-ready"));
        REQUIRE(other.library->open_door());
        CHECK_FALSE(other.host.prevent());
        CHECK(other.host.sense(read_elements()) == door_is_open);
    }

    TEST_CASE("ready before the cells are scanned") {
        Site site(unkind("ready-before-scanned"));
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->close_door());
        CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
        CHECK(site.host.element(slot(24)).exception);
        site.clock.advance(1min);
        CHECK_FALSE(site.host.element(slot(24)).exception);
        CHECK_FALSE(site.host.ready());
    }

    TEST_CASE("a rescan is answered, and not done, whichever command asks for it") {
        const std::vector rescans{
            scsi::encode(scsi::InitializeElementStatus{}),
            scsi::encode(scsi::InitializeElementStatusWithRange{}),
            scsi::encode(scsi::LegacyInitializeElementStatusWithRange{}),
        };
        for (const bool switched : {false, true})
            for (const auto& rescan : rescans) {
                CAPTURE(switched);
                CAPTURE(rescan.opcode());
                Site site(switched ? unkind("rescan-ignored") : "default");
                const auto before = site.clock.now().steady;
                CHECK_FALSE(site.host.sense(rescan));
                CHECK((site.clock.now().steady == before) == switched);
            }
    }

    TEST_CASE("no unit attention after the door") {
        Site site(unkind("no-attention-after-door"));
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->close_door());
        site.clock.advance(1min);
        CHECK_FALSE(site.host.ready());
    }

    TEST_CASE("a unit attention after somebody read the panel's menus") {
        for (const bool switched : {false, true}) {
            CAPTURE(switched);
            Site site(switched ? unkind("attention-after-panel") : "default");
            site.library->touch_panel();
            CHECK(site.host.attentions().size() == (switched ? 1 : 0));
        }
    }

    TEST_CASE("a unit attention that another has met is gone, its own login's is not") {
        for (const bool switched : {false, true}) {
            CAPTURE(switched);
            Site site(switched ? unkind("attention-eaten") : "default");
            Host other(site.library, site.clock, "host-b");
            REQUIRE(site.library->open_door());
            REQUIRE(site.library->close_door());
            site.clock.advance(1min);
            CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
            CHECK(other.ready() == Sense{0x6, 0x29, 0x00});
            CHECK(other.attentions().size() == (switched ? 0 : 1));
        }
    }

    TEST_CASE("a new nexus meets what happened long ago") {
        Site kind;
        CHECK(alerts(kind.host).none());
        Site site(unkind("stale-attention"));
        Host other(site.library, site.clock, "host-b");
        CHECK(other.attentions() == std::vector{Sense{0x6, 0x29, 0x00}, medium_may_have_changed});
        CHECK(alerts(other).test(scsi::tape_alert::door_open));
        CHECK(alerts(other).none());
    }

    TEST_CASE("magazines come out one at a time") {
        for (const bool switched : {false, true}) {
            CAPTURE(switched);
            Site site(switched ? "magazines?unkind=one-magazine-at-a-time" : "magazines");
            REQUIRE(site.library->pull_magazine(1));
            CHECK(bool(site.library->pull_magazine(2)) != switched);
            if (!switched)
                continue;
            REQUIRE(site.library->push_magazine(1));
            CHECK(site.library->pull_magazine(2));
        }
    }

    TEST_CASE("after a restart nobody knows where a cartridge came from") {
        for (const bool switched : {false, true}) {
            CAPTURE(switched);
            Site site(switched ? unkind("source-lost") : "default");
            CHECK_FALSE(site.host.move(slot(1), drive(1)));
            CHECK(site.host.element(drive(1)).source == slot(1));
            site.library->power_cycle();
            site.clock.advance(10min);
            CHECK_FALSE(site.host.send(scsi::encode(scsi::TestUnitReady{}))->sense.empty());
            const auto loaded = site.host.element(drive(1));
            CHECK(loaded.volume_tag == "VT0001L8");
            CHECK(loaded.source.has_value() != switched);
        }
    }

    TEST_CASE("a loaded drive is not accessible until it is unloaded") {
        Site site(unkind("drive-needs-unload"));
        CHECK_FALSE(site.host.move(slot(1), drive(1)));
        site.clock.advance(15s);
        CHECK_FALSE(site.host.element(drive(1)).accessible);
        CHECK(site.host.move(drive(1), slot(1)) == Sense{0x5, 0x3B, 0x90});
        Host tape(site.library, site.clock, "host-t", 1);
        tape.attentions();
        CHECK_FALSE(tape.sense(scsi::Cdb(0x1B, 6)));
        CHECK(site.host.element(drive(1)).accessible);
        CHECK_FALSE(site.host.move(drive(1), slot(1)));
    }

    TEST_CASE("an inventory of an hour, however many cells, and however fast the rest") {
        for (const auto* options : {"default?unkind=hour-of-inventory",
                                    "default?unkind=hour-of-inventory&instant",
                                    "default?unkind=hour-of-inventory&slots=3&mail=0"}) {
            CAPTURE(options);
            Site site(options);
            const auto before = site.clock.now().steady;
            CHECK_FALSE(site.host.sense(scsi::encode(scsi::InitializeElementStatus{})));
            CHECK(site.clock.now().steady - before > 59min);
            REQUIRE(site.library->open_door());
            REQUIRE(site.library->close_door());
            site.clock.advance(59min);
            CHECK(site.host.ready() == becoming_ready);
            site.clock.advance(2min);
            CHECK(site.host.ready() == medium_may_have_changed);
        }
    }

    TEST_CASE("READ ELEMENT STATUS waits for minutes while the arm moves") {
        for (const bool switched : {false, true}) {
            CAPTURE(switched);
            Site site(switched ? unkind("elements-wait-for-move") : "default");
            Host other(site.library, site.clock, "host-b");
            other.attentions();
            const auto nexus = site.library->login({"host-c", 1});
            CHECK(site.library->poll(site.library->submit(nexus, 0, scsi::Cdb(0x00, 6))));
            const auto task = site.library->submit(
                nexus,
                0,
                scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}));
            const auto before = site.clock.now().steady;
            const auto element = other.element(slot(20));
            CHECK(element.full == switched);
            CHECK((site.clock.now().steady - before >= 2min) == switched);
            site.clock.advance(1min);
            CHECK(site.library->poll(task));
        }
    }

    TEST_CASE("moves to a mail slot are refused under PREVENT") {
        Site site(unkind("mail-needs-allow"));
        CHECK_FALSE(site.host.prevent());
        CHECK(site.host.move(slot(1), mail(1)) == Sense{0x5, 0x53, 0x02});
        CHECK_FALSE(site.host.prevent(false));
        CHECK_FALSE(site.host.move(slot(1), mail(1)));
        CHECK_FALSE(site.host.prevent());
        CHECK_FALSE(site.host.move(mail(1), slot(1)));
        Site kind;
        CHECK_FALSE(kind.host.prevent());
        CHECK_FALSE(kind.host.move(slot(1), mail(1)));
    }

    TEST_CASE("PREVENT holds shared mail slots only with LOCK SHARED") {
        Site site(unkind("shared-mail"));
        CHECK_FALSE(site.host.prevent());
        CHECK(site.library->open_mail());
        REQUIRE(site.library->close_mail());
        CHECK(site.host.attentions().size() == 1);
        CHECK_FALSE(site.host.sense(
            scsi::encode(scsi::PreventAllowMediumRemoval{.prevent = true, .lock_shared = true})));
        CHECK(site.library->open_mail().error().code == Code::busy);
    }

    TEST_CASE("DBD, CURDATA and VOLTAG are refused by those who do not know them") {
        const auto mode = scsi::encode(scsi::ModeSense{.page = 0x1D});
        const auto current = read_elements({.current_data = true, .allocation_length = 4096});
        const auto tags = read_elements({.volume_tags = true, .allocation_length = 4096});
        Site kind;
        for (const auto& cdb : {mode, current, tags})
            CHECK_FALSE(kind.host.sense(cdb));
        Site dbd(unkind("dbd-refused"));
        CHECK(dbd.host.sense(mode) == invalid_field);
        CHECK_FALSE(dbd.host.sense(
            scsi::encode(scsi::ModeSense{.disable_block_descriptors = false, .page = 0x1D})));
        Site curdata(unkind("curdata-refused"));
        CHECK(curdata.host.sense(current) == invalid_field);
        CHECK_FALSE(curdata.host.sense(tags));
        Site voltag(unkind("tags-refused"));
        CHECK(voltag.host.sense(tags) == invalid_field);
        CHECK_FALSE(voltag.host.sense(current));
    }

    TEST_CASE("a host nobody knows of moves a cartridge, and nothing tells of it") {
        Site site;
        REQUIRE(site.library->move_silently(slot(1), slot(20)));
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x07});
        site.clock.advance(20s);
        CHECK_FALSE(site.host.ready());
        CHECK(site.host.element(slot(20)).volume_tag == "VT0001L8");
        CHECK(site.library->snapshot().count(0xA5) == 0);
        CHECK(site.library->move_silently(slot(1), slot(21)).error().what ==
              "the library refuses it: 5/3B/0E");
    }

    TEST_CASE("the door is opened again while the library settles: everything starts over") {
        Site site;
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->close_door());
        site.clock.advance(10s);
        CHECK(site.host.ready() == becoming_ready);
        REQUIRE(site.library->open_door());
        CHECK(site.host.ready() == door_is_open);
        REQUIRE(site.library->insert("LATE01L8", slot(17)));
        REQUIRE(site.library->close_door());
        site.clock.advance(16s);
        CHECK(site.host.ready() == becoming_ready);
        site.clock.advance(1min);
        CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
        CHECK(site.host.element(slot(17)).volume_tag == "LATE01L8");
    }

    TEST_CASE("names are taken one by one or in a list, and a wrong one is named") {
        const auto options = sim::parse_options("default?unkind=no-chip,rescan-ignored");
        REQUIRE(options);
        CHECK(options->personality.unkind.no_chip);
        CHECK(options->personality.unkind.rescan_ignored);
        CHECK_FALSE(options->personality.unkind.stale_attention);
        for (const auto& row : sim::unkindnesses()) {
            CAPTURE(row.name);
            sim::Unkindness unkindness;
            REQUIRE(sim::turn_on(unkindness, row.name));
            CHECK(unkindness.*row.member);
            CHECK(sim::unkindness_help().find(row.what) != std::string::npos);
        }
        for (const auto* bad : {"", "no-chip,", ",no-chip", "no_chip", "rudeness"}) {
            CAPTURE(bad);
            sim::Unkindness unkindness;
            const auto refused = sim::turn_on(unkindness, bad);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == Code::invalid_parameter);
        }
    }
}
