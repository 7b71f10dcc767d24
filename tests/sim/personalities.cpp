// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/smc/transport_geometry.hpp"
#include "scsi/smc/vendor_timeouts.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/vpd.hpp"

using namespace changer;
using namespace changer::test;
using scsi::ElementAddress;
using scsi::ElementType;

namespace {

constexpr Sense becoming_ready{0x2, 0x04, 0x01};
constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};
constexpr Sense invalid_field{0x5, 0x24, 0x00};

/// Reads elements of one type, with what the command asks for.
scsi::ElementStatusReport read(Host& host, const scsi::ReadElementStatus& asked) {
    auto report = scsi::decode_element_status(host.data(scsi::encode(asked)));
    REQUIRE(report);
    return *std::move(report);
}

std::optional<scsi::ModePage> mode_page(Host& host, std::uint8_t page, std::uint8_t subpage = 0) {
    const scsi::ModeSense ask{.page = page, .subpage = subpage};
    const auto data = scsi::decode_mode_data(host.data(scsi::encode(ask)), ask.form);
    REQUIRE(data);
    const auto* const found = data->find(page, subpage);
    return found ? std::optional(*found) : std::nullopt;
}

} // namespace

TEST_SUITE("sim/personalities") {
    TEST_CASE("every personality serves: it is ready, has its cartridges, moves one") {
        for (const auto& personality : sim::personalities()) {
            CAPTURE(personality.name);
            Site site(personality.name);
            CHECK_FALSE(site.host.ready());
            const auto from = *site.library->element("slot:1");
            const auto to = *site.library->element("slot:20");
            CHECK(site.host.elements().size() == 24);
            CHECK_FALSE(site.host.move(from, to));
            CHECK(site.library->snapshot().at(to) == "VT0001L8");
            CHECK(sim::personality_help().find(personality.what) != std::string::npos);
        }
    }

    // --- magazines ---

    TEST_CASE("a magazine that is out takes its slots along, and the library is not ready") {
        Site site("magazines");
        const auto first = *site.library->element("slot:1");
        const auto last = *site.library->element("slot:24");
        REQUIRE(site.library->pull_magazine(1));
        CHECK(site.host.ready() == Sense{0x2, 0x3B, 0x12});
        const auto gone = site.host.element(first);
        CHECK_FALSE(gone.full);
        CHECK_FALSE(gone.accessible);
        CHECK(gone.disabled);
        CHECK(gone.exception);
        CHECK(gone.asc == 0x3B);
        CHECK(gone.ascq == 0x12);
        CHECK_FALSE(site.host.element(last).disabled);
        CHECK(site.library->snapshot().at(first) == "VT0001L8"); // in the magazine, on the table

        REQUIRE(site.library->remove(first));
        REQUIRE(site.library->insert("NEW001L8", first));
        CHECK(site.library->insert("NEW002L8", last).error().what == "pull-magazine 2 first");
        REQUIRE(site.library->push_magazine(1));
        CHECK(site.host.ready() == becoming_ready);
        site.clock.advance(1min);
        CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
        CHECK(site.host.element(first).volume_tag == "NEW001L8");
        CHECK_FALSE(site.host.element(first).disabled);
    }

    TEST_CASE("two magazines in turn: each is out on its own, ready only when both are back") {
        Site site("magazines");
        const auto in_second = *site.library->element("slot:13");
        REQUIRE(site.library->pull_magazine(1));
        REQUIRE(site.library->push_magazine(1));
        site.clock.advance(6s); // 5 s, then two cells
        CHECK(site.host.ready() == becoming_ready);
        REQUIRE(site.library->pull_magazine(2));
        CHECK(site.host.ready() == Sense{0x2, 0x3B, 0x12});
        REQUIRE(site.library->remove(in_second));
        site.clock.advance(1h);
        CHECK(site.host.ready() == Sense{0x2, 0x3B, 0x12});
        REQUIRE(site.library->push_magazine(2));
        site.clock.advance(1min);
        CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
        CHECK_FALSE(site.host.element(in_second).full);
        for (const auto& element : site.host.elements())
            CHECK_FALSE(element.exception); // those of the first, too
    }

    TEST_CASE("both magazines at once, and 28/00 comes once, when the last is back and scanned") {
        Site site("magazines");
        REQUIRE(site.library->pull_magazine(1));
        REQUIRE(site.library->pull_magazine(2));
        REQUIRE(site.library->push_magazine(1));
        site.clock.advance(1min);
        CHECK(site.host.ready() == Sense{0x2, 0x3B, 0x12});
        REQUIRE(site.library->push_magazine(2));
        site.clock.advance(1min);
        CHECK(site.host.attentions() == std::vector{medium_may_have_changed});
    }

    TEST_CASE("PREVENT holds magazines, and what is no magazine is refused with a sentence") {
        Site site("magazines?magazines=3");
        CHECK_FALSE(site.host.prevent());
        CHECK(site.library->pull_magazine(3).error().what == "locked by host-a");
        CHECK_FALSE(site.host.prevent(false));
        CHECK(site.library->pull_magazine(0).error().code == Code::not_found);
        CHECK(site.library->pull_magazine(4).error().what == "there is no magazine 4: there are 3");
        CHECK(site.library->push_magazine(3).error().what == "magazine 3 is not out");
        REQUIRE(site.library->pull_magazine(3));
        CHECK(site.library->pull_magazine(3).error().what == "magazine 3 is out already");
        CHECK(site.library->open_door().error().what ==
              "this library has no door: pull-magazine N");
        const auto& elements = site.host.elements();
        CHECK_FALSE(elements[15].disabled);
        CHECK(elements[16].disabled);
        Site door;
        CHECK(door.library->pull_magazine(1).error().what ==
              "this library has no magazines: open-door");
        CHECK(mode_page(site.host, 0x1F, 0x41).has_value());
        CHECK(scsi::decode_extended_device_capabilities(*mode_page(site.host, 0x1F, 0x41))
                  ->storage_in_magazines);
    }

    TEST_CASE("the small IBM and Dell ones tell their timeouts in a page of their own") {
        const auto ask = scsi::encode(scsi::Inquiry{.vpd_page = 0xD0, .allocation_length = 255});
        for (const auto* name : {"magazines", "vendor-door-code"}) {
            CAPTURE(name);
            Site site(name);
            const auto timeouts = scsi::decode_vendor_timeouts(site.host.data(ask));
            REQUIRE(timeouts);
            CHECK(timeouts->size() == 6);
            const auto pages = scsi::decode_supported_vpd_pages(
                site.host.data(scsi::encode(scsi::Inquiry{.vpd_page = 0x00})));
            CHECK(pages->back() == 0xD0);
        }
        Site other;
        CHECK(other.host.sense(ask) == invalid_field);
    }

    TEST_CASE("a move that runs as a magazine is pulled is given up") {
        Site site("magazines");
        const auto nexus = site.library->login({"host-c", 1});
        CHECK(site.library->poll(site.library->submit(nexus, 0, scsi::Cdb(0x00, 6))));
        const auto from = *site.library->element("slot:1");
        const auto task = site.library->submit(
            nexus,
            0,
            scsi::encode(scsi::MoveMedium{.source = from,
                                          .destination = *site.library->element("slot:20")}));
        site.clock.advance(15s);
        REQUIRE(site.library->pull_magazine(1));
        const auto outcome = site.library->poll(task);
        REQUIRE(outcome);
        CHECK(scsi::decode_sense(outcome->sense)->sense == Sense{0x2, 0x3B, 0x12});
        CHECK(site.library->snapshot().at(from) == "VT0001L8");
        const auto flags = scsi::decode_tape_alert(
            site.host.data(scsi::encode(scsi::LogSense{.page = scsi::tape_alert::log_page})));
        REQUIRE(flags);
        CHECK(flags->test(scsi::tape_alert::magazine_not_present));
        CHECK(flags->test(scsi::tape_alert::door_opened_during_operation));
    }

    TEST_CASE("other makers say 2/04/03 with 6/3B/12 and 6/3B/13, or stay ready") {
        Site quantum("superloader");
        REQUIRE(quantum.library->pull_magazine(1));
        CHECK(quantum.host.ready() == Sense{0x6, 0x3B, 0x12});
        CHECK(quantum.host.ready() == Sense{0x2, 0x04, 0x03});
        REQUIRE(quantum.library->push_magazine(1));
        CHECK(quantum.host.ready() == Sense{0x6, 0x3B, 0x13});
        CHECK(quantum.host.ready() == becoming_ready);

        Site hp("ready-magazines");
        REQUIRE(hp.library->pull_magazine(1));
        CHECK_FALSE(hp.host.ready());
        CHECK(hp.host.move(slot(1), slot(20)) == Sense{0x5, 0x3B, 0x12});
        CHECK(hp.host.move(slot(13), slot(2)) == Sense{0x5, 0x3B, 0x12});
        CHECK_FALSE(hp.host.move(slot(13), slot(20)));
    }

    // --- IBM 3584 class ---

    TEST_CASE("the 3584 has its addresses, and its serial number names the first of them") {
        Site site("ibm-3584?serial=78B1217&mail=255");
        CHECK(*site.library->element("slot:1") == ElementAddress{0x401});
        CHECK(*site.library->element("mail:255") == ElementAddress{0x3FF});
        CHECK(*site.library->element("drive:1") == ElementAddress{0x101});
        const auto inquiry =
            scsi::decode_inquiry_data(site.host.data(scsi::encode(scsi::Inquiry{})));
        REQUIRE(inquiry);
        CHECK(inquiry->product == "03584L32");
        CHECK(inquiry->vendor_specific.substr(2, 12) == "0000078B1217");
        CHECK(*scsi::decode_unit_serial_number(site.host.data(
                  scsi::encode(scsi::Inquiry{.vpd_page = 0x80}))) == "0000078B12170401");
        const auto names = scsi::decode_device_identification(
            site.host.data(scsi::encode(scsi::Inquiry{.vpd_page = 0x83})));
        REQUIRE(names);
        CHECK(names->front().value.size() == 0x28);
    }

    TEST_CASE("the 3584's drives: who they are, or what they hold, never both") {
        Site site("ibm-3584");
        const ElementAddress drive_1{0x101};
        CHECK_FALSE(site.host.move(ElementAddress{0x401}, drive_1));
        scsi::ReadElementStatus asked{.type = ElementType::data_transfer,
                                      .volume_tags = true,
                                      .device_identifiers = true,
                                      .allocation_length = 4096};
        CHECK(site.host.sense(scsi::encode(asked)) == invalid_field);
        asked.volume_tags = false;
        const auto who = read(site.host, asked);
        REQUIRE(who.elements.size() == 2);
        CHECK(who.elements[0].identifier);
        CHECK_FALSE(who.elements[0].full);
        CHECK_FALSE(who.elements[0].accessible);
        CHECK(who.elements[0].exception);
        CHECK_FALSE(who.elements[0].source);
        asked = {
            .type = ElementType::data_transfer, .volume_tags = true, .allocation_length = 4096};
        const auto what = read(site.host, asked);
        CHECK(what.elements[0].full);
        CHECK(what.elements[0].volume_tag == "VT0001L8");
        CHECK_FALSE(what.elements[0].identifier);
    }

    TEST_CASE("the 3584's other elements: mail slots want VOLTAG with DVCID, storage has a limit") {
        Site site("ibm-3584?slots=6000&tapes=1");
        scsi::ReadElementStatus asked{.type = ElementType::import_export,
                                      .device_identifiers = true,
                                      .allocation_length = 65535};
        CHECK(site.host.sense(scsi::encode(asked)) == invalid_field);
        asked.volume_tags = true;
        const auto mail = read(site.host, asked);
        REQUIRE(mail.elements.size() == 4);
        CHECK(mail.elements[0].identifier->identifier.starts_with("IBM     03584L32"));
        asked.type = ElementType::storage;
        CHECK(site.host.sense(scsi::encode(asked)) == invalid_field);
        asked.count = 5376;
        CHECK_FALSE(site.host.sense(scsi::encode(asked)));
        asked.volume_tags = false;
        asked.count = 0xFFFF;
        CHECK_FALSE(site.host.sense(scsi::encode(asked)));
        asked.type = ElementType::any;
        CHECK(site.host.sense(scsi::encode(asked)) == invalid_field);
    }

    TEST_CASE("the 3584's PREVENT holds the mail slots only, and any ALLOW ends it") {
        Site site("ibm-3584");
        CHECK_FALSE(site.host.prevent());
        CHECK(site.library->open_mail().error().code == Code::busy);
        const auto page =
            scsi::decode_extended_device_capabilities(*mode_page(site.host, 0x1F, 0x41));
        REQUIRE(page);
        CHECK(page->prevent_locks_import_export);
        CHECK_FALSE(page->prevent_locks_door);
        REQUIRE(site.library->open_door());
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x85});
        CHECK(site.host.element(ElementAddress{0x401}).asc == 0x81);
        REQUIRE(site.library->close_door());
        site.clock.advance(1min);
        Host other(site.library, site.clock, "host-b");
        other.attentions();
        CHECK_FALSE(other.prevent(false));
        CHECK(site.library->open_mail());
    }

    TEST_CASE("the 3584's empty cells have a tag of blanks") {
        const auto raw = [](std::string_view options) {
            Site site(options);
            return site.host.data(
                scsi::encode(scsi::ReadElementStatus{.type = ElementType::storage,
                                                     .start = *site.library->element("slot:24"),
                                                     .volume_tags = true,
                                                     .allocation_length = 4096}));
        };
        constexpr std::size_t tag = 8 + 8 + 12;
        CHECK(raw("ibm-3584").at(tag) == std::byte{' '});
        CHECK(raw("ibm-3584").at(tag + 31) == std::byte{' '});
        CHECK(raw("default").at(tag) == std::byte{0});
    }

    // --- two sides ---

    TEST_CASE("two-sided cartridges have a label a side, and are turned over on the way") {
        Site site("two-sided");
        auto element = site.host.element(slot(1));
        CHECK(element.volume_tag == "VT0001L8");
        CHECK(element.alternate_volume_tag == "VT0001L8-B");
        CHECK_FALSE(element.inverted);
        const auto geometry = scsi::decode_transport_geometry(*mode_page(site.host, 0x1E));
        REQUIRE(geometry);
        REQUIRE(geometry->arms.size() == 1);
        CHECK(geometry->arms[0].rotates);

        const auto turn = [&](ElementAddress from, ElementAddress to) {
            return site.host.sense(
                scsi::encode(scsi::MoveMedium{.source = from, .destination = to, .invert = true}));
        };
        CHECK_FALSE(turn(slot(1), drive(1)));
        CHECK(site.host.element(drive(1)).inverted);
        CHECK_FALSE(turn(drive(1), slot(1)));
        CHECK_FALSE(site.host.element(slot(1)).inverted);
        CHECK_FALSE(turn(slot(1), slot(1))); // in its place
        CHECK(site.host.element(slot(1)).inverted);
        CHECK(turn(slot(1), slot(2)) == Sense{0x5, 0x3B, 0x0D});

        Site flat;
        CHECK_FALSE(flat.host.element(slot(1)).alternate_volume_tag);
        CHECK_FALSE(scsi::decode_transport_geometry(*mode_page(flat.host, 0x1E))->arms[0].rotates);
    }
}
