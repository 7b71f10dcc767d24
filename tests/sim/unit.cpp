// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/report_luns.hpp"
#include "scsi/spc/request_sense.hpp"
#include "scsi/spc/vpd.hpp"

#include <set>

using namespace changer;
using namespace changer::test;

namespace {

constexpr Sense invalid_field{0x5, 0x24, 0x00};

std::optional<scsi::ExtendedDeviceCapabilities> extended_capabilities(Host& host) {
    const scsi::ModeSense ask{.page = 0x1F, .subpage = 0x41};
    if (host.sense(scsi::encode(ask)))
        return std::nullopt;
    const auto data = scsi::decode_mode_data(host.data(scsi::encode(ask)), ask.form);
    REQUIRE(data);
    REQUIRE(data->find(0x1F, 0x41));
    return *scsi::decode_extended_device_capabilities(*data->find(0x1F, 0x41));
}

} // namespace

TEST_SUITE("sim/unit") {
    TEST_CASE("the changer and its drives say who they are") {
        Site site;
        const auto changer =
            scsi::decode_inquiry_data(site.host.data(scsi::encode(scsi::Inquiry{})));
        REQUIRE(changer);
        CHECK(changer->type == scsi::DeviceType::changer);
        CHECK(changer->vendor == "CHANGER");
        CHECK(changer->bar_code_reader == true);
        const auto page = [](Host& host, std::uint8_t code) {
            return host.data(scsi::encode(scsi::Inquiry{.vpd_page = code}));
        };
        CHECK(*scsi::decode_supported_vpd_pages(page(site.host, 0x00)) ==
              std::vector<std::uint8_t>{0x00, 0x80, 0x83});
        CHECK(*scsi::decode_unit_serial_number(page(site.host, 0x80)) == "SIM0000001");
        CHECK(site.host.sense(scsi::encode(scsi::Inquiry{.vpd_page = 0xB0})) == invalid_field);

        Host second(site.library, site.clock, "host-b", 2);
        const auto tape = scsi::decode_inquiry_data(second.data(scsi::encode(scsi::Inquiry{})));
        REQUIRE(tape);
        CHECK(tape->type == scsi::DeviceType::tape);
        const auto serial = scsi::decode_unit_serial_number(page(second, 0x80));
        REQUIRE(serial);
        const auto names = scsi::decode_device_identification(page(second, 0x83));
        REQUIRE(names);
        REQUIRE(names->size() == 1);

        const auto drives = scsi::decode_element_status(site.host.data(
            scsi::encode(scsi::ReadElementStatus{.type = scsi::ElementType::data_transfer,
                                                 .device_identifiers = true,
                                                 .allocation_length = 4096})));
        REQUIRE(drives);
        REQUIRE(drives->elements.size() == 2);
        REQUIRE(drives->elements[1].identifier);
        CHECK(drives->elements[1].identifier->serial_number() == *serial);
        CHECK_FALSE(drives->elements[1].volume_tag);
    }

    TEST_CASE("a LUN that is not there says so") {
        Site site;
        Host nobody(site.library, site.clock, "host-b", 9);
        CHECK(nobody.data(scsi::encode(scsi::Inquiry{}))[0] == std::byte{0x7F});
        CHECK(nobody.ready() == Sense{0x5, 0x25, 0x00});
        CHECK(*scsi::decode_lun_list(nobody.data(scsi::encode(scsi::ReportLuns{}))) ==
              std::vector<std::uint16_t>{0, 1, 2});
    }

    TEST_CASE("page 1Dh says where the elements are, in both forms of MODE SENSE") {
        Site site("default?slots=30&drives=3&mail=0");
        for (const auto form : {scsi::ModeSenseForm::six, scsi::ModeSenseForm::ten})
            for (const auto page : {std::uint8_t{0x1D}, std::uint8_t{0x3F}}) {
                CAPTURE(page);
                const auto data = scsi::decode_mode_data(
                    site.host.data(scsi::encode(scsi::ModeSense{.form = form, .page = page})),
                    form);
                REQUIRE(data);
                REQUIRE(data->find(0x1D));
                const auto geometry = scsi::decode_element_address_assignment(*data->find(0x1D));
                REQUIRE(geometry);
                CHECK(geometry->transport == scsi::ElementRange{arm, 1});
                CHECK(geometry->storage == scsi::ElementRange{slot(1), 30});
                CHECK(geometry->data_transfer == scsi::ElementRange{drive(1), 3});
                CHECK(geometry->import_export.count == 0);
            }
        CHECK(site.host.sense(scsi::encode(scsi::ModeSense{.page = 0x02})) == invalid_field);
        CHECK(site.host.sense(scsi::encode(scsi::ModeSense{.page_control = 3, .page = 0x1D})) ==
              Sense{0x5, 0x39, 0x00});
    }

    TEST_CASE(
        "READ ELEMENT STATUS starts at an address, counts descriptors and keeps to the room") {
        Site site;
        const auto read = [&](const scsi::ReadElementStatus& command) {
            auto report = scsi::decode_element_status(site.host.data(scsi::encode(command)));
            REQUIRE(report);
            return *std::move(report);
        };
        const auto some = read({.type = scsi::ElementType::storage,
                                .start = slot(5),
                                .count = 3,
                                .allocation_length = 4096});
        REQUIRE(some.elements.size() == 3);
        CHECK(some.elements[0].address == slot(5));
        CHECK(some.elements[2].address == slot(7));
        CHECK_FALSE(some.elements[0].volume_tag);

        const auto all = read({.volume_tags = true, .allocation_length = 65535});
        CHECK(all.elements.size() == 1 + 4 + 2 + 24);
        CHECK_FALSE(all.cut);

        for (std::uint32_t room = 8; room < 400; ++room) {
            CAPTURE(room);
            const auto cut = read({.type = scsi::ElementType::storage,
                                   .volume_tags = true,
                                   .allocation_length = room});
            CHECK(cut.available == 24);
            CHECK(cut.elements.size() == (room < 16 ? 0 : (room - 16) / 52));
        }
        CHECK(site.host.sense(
                  scsi::encode(scsi::ReadElementStatus{.allocation_length = 64}).put(1, 0x05, 1)) ==
              invalid_field);
    }

    TEST_CASE("a library without a barcode reader reports no tags, only what is full") {
        Site site("no-barcode-reader");
        const auto elements = site.host.elements();
        REQUIRE(elements.size() == 24);
        CHECK(elements[0].full);
        CHECK_FALSE(elements[23].full);
        for (const auto& element : elements)
            CHECK_FALSE(element.volume_tag);
    }

    TEST_CASE("a new nexus meets 29/00, one that was lost 29/07, and INQUIRY passes both by") {
        Site site;
        const auto inquiry = scsi::encode(scsi::Inquiry{});
        {
            Host other(site.library, site.clock, "host-b");
            CHECK_FALSE(other.sense(inquiry));
            CHECK(other.attentions() == std::vector{Sense{0x6, 0x29, 0x00}});
        }
        Host other(site.library, site.clock, "host-b");
        CHECK_FALSE(other.sense(inquiry));
        const auto sense = scsi::decode_sense(other.data(scsi::encode(scsi::RequestSense{})));
        REQUIRE(sense);
        CHECK(sense->sense == Sense{0x6, 0x29, 0x07});
        CHECK_FALSE(other.ready());
    }

    TEST_CASE("operation codes it does not know are refused") {
        const std::set<unsigned> known{0x00, 0x03, 0x07, 0x12, 0x16, 0x17, 0x1A, 0x1B, 0x1E,
                                       0x2B, 0x37, 0x4D, 0x56, 0x57, 0x5A, 0x5E, 0x5F, 0xA0,
                                       0xA3, 0xA5, 0xA6, 0xB5, 0xB6, 0xB8, 0xE7};
        Site site;
        for (unsigned opcode = 0; opcode < 256; ++opcode) {
            CAPTURE(opcode);
            if (!known.contains(opcode))
                CHECK(site.host.sense(scsi::Cdb(static_cast<std::uint8_t>(opcode), 12)) ==
                      Sense{0x5, 0x20, 0x00});
        }
    }

    TEST_CASE(
        "commands of a wrong length or with senseless fields are refused, none ends the library") {
        Site site;
        Host tape(site.library, site.clock, "host-t", 1);
        for (unsigned opcode = 0; opcode < 256; ++opcode)
            for (const std::size_t length : {1U, 6U, 10U, 12U, 16U})
                for (const unsigned fill : {0x00U, 0xFFU, 0x5AU}) {
                    scsi::Cdb cdb(static_cast<std::uint8_t>(opcode), length);
                    for (std::size_t at = 1; at < length; ++at)
                        cdb.put(at, fill, 1);
                    Bytes room(65535);
                    CHECK(site.host.send(cdb, room));
                    CHECK(tape.send(cdb, room));
                }
        site.host.prevent(false);
        CHECK_FALSE(site.host.ready());
    }

    TEST_CASE("what PREVENT does is the personality's") {
        SUBCASE("it says that it holds the door, and does") {
            Site site;
            CHECK(extended_capabilities(site.host)->prevent_locks_door);
            CHECK_FALSE(site.host.prevent());
            CHECK_FALSE(site.library->open_door());
            CHECK(site.host.sense(scsi::Cdb(0x1E, 6).put(4, 3, 1)) == invalid_field);
        }
        SUBCASE("it cannot lock") {
            Site site("cannot-lock");
            CHECK_FALSE(extended_capabilities(site.host));
            CHECK(site.host.prevent() == Sense{0x5, 0x20, 0x00});
            CHECK(site.library->open_door());
        }
        SUBCASE("it answers GOOD, and the door opens all the same") {
            Site site("lock-without-effect");
            CHECK_FALSE(site.host.prevent());
            CHECK(site.library->snapshot().lock_holders.size() == 1);
            CHECK(site.library->open_door());
        }
    }

    TEST_CASE("a library with its vendor's door code says that one") {
        Site site("vendor-door-code");
        REQUIRE(site.library->open_door());
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x83});
    }

    TEST_CASE("a library that never reports its door stays ready, and notices what changed") {
        Site site("silent-door");
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->remove(slot(1)));
        CHECK_FALSE(site.host.ready());
        CHECK(site.host.element(slot(1)).full);
        CHECK_FALSE(site.host.element(slot(1)).exception);
        CHECK(site.host.move(slot(1), slot(20)) == Sense{0x5, 0x3B, 0x0E});
        REQUIRE(site.library->insert("NEW001L8", slot(21)));
        CHECK(site.host.move(slot(2), slot(21)) == Sense{0x5, 0x3B, 0x0D});
        CHECK(site.library->snapshot().at(slot(2)) == "VT0002L8");
        REQUIRE(site.library->insert("NEW002L8", slot(22)));
        REQUIRE(site.library->close_door());
        CHECK_FALSE(site.host.ready());
        site.clock.advance(1min);
        CHECK_FALSE(site.host.ready());
        CHECK(site.host.element(slot(22)).volume_tag == "NEW002L8");
    }
}
