// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/transport_geometry.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/report_luns.hpp"
#include "sim/settings.hpp"

using namespace changer;
using namespace changer::test;
using scsi::ElementAddress;
using scsi::ElementType;

namespace {

constexpr Sense invalid_field{0x5, 0x24, 0x00};
constexpr Sense invalid_address{0x5, 0x21, 0x01};

scsi::ElementStatusReport read(Host& host, const scsi::ReadElementStatus& asked) {
    auto report = scsi::decode_element_status(host.data(scsi::encode(asked)));
    REQUIRE(report);
    return *std::move(report);
}

scsi::ElementAddressAssignment geometry(Host& host) {
    const scsi::ModeSense ask{.page = 0x1D};
    const auto data = scsi::decode_mode_data(host.data(scsi::encode(ask)), ask.form);
    REQUIRE(data);
    return *scsi::decode_element_address_assignment(*data->find(0x1D));
}

constexpr scsi::ReadElementStatus drives_with_identifiers{
    .type = ElementType::data_transfer, .device_identifiers = true, .allocation_length = 4096};

} // namespace

TEST_SUITE("sim/layout") {
    TEST_CASE("elements begin where they are told to, in any order") {
        Site site("default?first-slot=2&first-mail=500&first-drive=1&drives=1&first-arm=0&mail=3");
        const auto where = geometry(site.host);
        CHECK(where.transport == scsi::ElementRange{ElementAddress{0}, 1});
        CHECK(where.storage == scsi::ElementRange{ElementAddress{2}, 24});
        CHECK(where.import_export == scsi::ElementRange{ElementAddress{500}, 3});
        CHECK(where.data_transfer == scsi::ElementRange{ElementAddress{1}, 1});
        const auto all = read(site.host, {.volume_tags = true, .allocation_length = 65535});
        REQUIRE(all.elements.size() == 29);
        CHECK(all.elements[0].type == ElementType::transport);
        CHECK(all.elements[1].type == ElementType::data_transfer);
        CHECK(all.elements[2].volume_tag == "VT0001L8");
        CHECK(all.elements[26].type == ElementType::import_export);
        CHECK_FALSE(
            site.host.sense(scsi::encode(scsi::MoveMedium{.transport = ElementAddress{0},
                                                          .source = ElementAddress{2},
                                                          .destination = ElementAddress{1}})));
        CHECK(site.library->snapshot().at(ElementAddress{1}) == "VT0001L8");
    }

    TEST_CASE("libraries have no slot, one, or 60,000") {
        Site none("default?slots=0&drives=0&mail=0");
        CHECK(none.host.elements().empty());
        CHECK(geometry(none.host).storage.count == 0);
        REQUIRE(none.library->open_door());
        REQUIRE(none.library->close_door());
        none.clock.advance(1min);
        CHECK(none.host.attentions().size() == 1);
        CHECK_FALSE(none.host.ready());

        Site one("default?slots=1");
        CHECK(one.host.elements().size() == 1);
        CHECK(one.host.elements()[0].volume_tag == "VT0001L8");
        Site other("default?slots=1&media=M8");
        CHECK(other.host.elements()[0].volume_tag == "VT0001M8");

        Site many("default?slots=60000&tapes=60000&instant");
        CHECK(geometry(many.host).storage.count == 60000);
        const auto last = read(many.host,
                               {.type = ElementType::storage,
                                .start = *many.library->element("slot:59999"),
                                .volume_tags = true,
                                .allocation_length = 4096});
        REQUIRE(last.elements.size() == 2);
        CHECK(last.elements[1].volume_tag == "VT60000L8");
        CHECK_FALSE(many.host.sense(scsi::Cdb(0x07, 6)));
    }

    TEST_CASE("an address names one element: overlaps and too many are refused") {
        for (const auto* bad : {"default?first-slot=1",
                                "default?first-drive=18",
                                "default?first-mail=1024",
                                "default?slots=64513",
                                "default?first-slot=65535&slots=2",
                                "default?first-arm=254&arms=3",
                                "default?arms=128",
                                "default?first-arm=65536",
                                "default?drives=1000&first-slot=2000",
                                "default?missing-drives=3",
                                "default?missing-drives=0",
                                "default?missing-drives=1,",
                                "default?magazines=2",
                                "magazines?magazines=0",
                                "magazines?magazines=25",
                                "default?identifiers=some",
                                "default?without=fly",
                                "default?extra-bytes=-1",
                                "default?alternate-tags=1"}) {
            CAPTURE(bad);
            const auto options = sim::parse_options(bad);
            REQUIRE_FALSE(options);
            CHECK(options.error().code == Code::invalid_parameter);
        }
        CHECK(sim::parse_options("default?slots=64512"));
        CHECK(sim::parse_options("default?slots=1&first-slot=65535"));
        CHECK(sim::parse_options("default?slots=2&first-slot=254"));
    }

    TEST_CASE("several arms are reported, each carries, and none takes what another holds") {
        Site site("default?arms=2");
        CHECK(geometry(site.host).transport.count == 2);
        CHECK(site.host.elements(ElementType::transport).size() == 2);
        const ElementAddress second{2};
        site.library->inject(*sim::parse_fault("move:stuck"));
        CHECK(site.host.sense(scsi::encode(scsi::MoveMedium{
                  .transport = second, .source = slot(1), .destination = slot(20)})) ==
              Sense{0x4, 0x15, 0x01});
        CHECK(site.library->snapshot().at(second) == "VT0001L8");
        CHECK_FALSE(site.host.move(slot(2), slot(21))); // by the first
        CHECK(site.host.move(second, slot(1)) == invalid_address);
        CHECK_FALSE(site.host.sense(scsi::encode(
            scsi::MoveMedium{.transport = second, .source = second, .destination = slot(1)})));
        CHECK(site.library->snapshot().at(slot(1)) == "VT0001L8");
    }

    TEST_CASE("an arm that is not reported moves all the same") {
        Site site("default?arms=0");
        CHECK(geometry(site.host).transport.count == 0);
        CHECK(site.host.elements(ElementType::transport).empty());
        CHECK(site.host.elements(ElementType::any).size() == 30);
        CHECK_FALSE(site.host.move(slot(1), slot(20)));
        CHECK_FALSE(site.host.sense(
            scsi::encode(scsi::MoveMedium{.source = slot(20), .destination = slot(1)})));
    }

    TEST_CASE("identifiers of drives come in the form that is asked for") {
        const auto identifier = [](std::string_view options) {
            Site site(options);
            return read(site.host, drives_with_identifiers).elements[0].identifier;
        };
        const auto full = identifier("default");
        REQUIRE(full);
        CHECK(full->type == 1);
        CHECK(full->vendor() == "CHANGER");
        const auto serial = identifier("default?identifiers=serial");
        REQUIRE(serial);
        CHECK(serial->type == 0);
        CHECK(serial->identifier.size() == 32);
        CHECK(serial->serial_number() == full->serial_number());
        CHECK(identifier("superloader")->type == 0);

        Site none("default?identifiers=none");
        CHECK(none.host.sense(scsi::encode(drives_with_identifiers)) == invalid_field);
        auto with_tags = drives_with_identifiers;
        with_tags.volume_tags = true;
        Site apart("default?identifiers=not-with-tags");
        CHECK(apart.host.sense(scsi::encode(with_tags)) == invalid_field);
        CHECK_FALSE(apart.host.sense(scsi::encode(drives_with_identifiers)));
        Site both;
        CHECK(read(both.host, with_tags).elements[0].identifier);
    }

    TEST_CASE("alternate tags and extra bytes make descriptors longer, and are decoded") {
        Site site("default?alternate-tags&extra-bytes=5");
        const auto data =
            site.host.data(scsi::encode(scsi::ReadElementStatus{.type = ElementType::storage,
                                                                .count = 1,
                                                                .volume_tags = true,
                                                                .allocation_length = 4096}));
        CHECK(data.size() == 8 + 8 + 12 + 36 + 36 + 4 + 5);
        const auto report = scsi::decode_element_status(data);
        REQUIRE(report);
        CHECK(report->elements[0].volume_tag == "VT0001L8");
        CHECK(report->elements[0].alternate_volume_tag == "VT0001L8-B");
    }

    TEST_CASE("a bay without a drive is reported, and nothing is there") {
        Site site("default?drives=3&missing-drives=2");
        const auto report = read(site.host, drives_with_identifiers);
        REQUIRE(report.elements.size() == 3);
        const auto& bay = report.elements[1];
        CHECK(bay.exception);
        CHECK(bay.asc == 0x83);
        CHECK(bay.ascq == 0x04);
        CHECK(bay.disabled);
        CHECK_FALSE(bay.accessible);
        CHECK_FALSE(bay.identifier);
        CHECK(report.elements[2].identifier);
        CHECK(site.host.move(slot(1), drive(2)) == Sense{0x5, 0x83, 0x04});
        CHECK_FALSE(site.host.move(slot(1), drive(3)));
        Host nobody(site.library, site.clock, "host-b", 2);
        CHECK(nobody.data(scsi::encode(scsi::Inquiry{}))[0] == std::byte{0x7F});
        CHECK(nobody.ready() == Sense{0x5, 0x25, 0x00});
        CHECK(*scsi::decode_lun_list(nobody.data(scsi::encode(scsi::ReportLuns{}))) ==
              std::vector<std::uint16_t>{0, 1, 3});
    }

    TEST_CASE("commands it is told not to know are unknown") {
        Site site("default?without=exchange,37");
        CHECK(site.host.sense(scsi::Cdb(0xA6, 12)) == Sense{0x5, 0x20, 0x00});
        CHECK(site.host.sense(scsi::Cdb(0x37, 10)) == Sense{0x5, 0x20, 0x00});
        CHECK_FALSE(site.host.sense(scsi::Cdb(0xE7, 10)));
    }

    TEST_CASE("every setting has its line of help, and its name is its own") {
        for (const auto& setting : sim::settings()) {
            CAPTURE(setting.name);
            CHECK_FALSE(setting.what.empty());
            std::size_t same = 0;
            for (const auto& other : sim::settings())
                same += other.name == setting.name ? 1 : 0;
            CHECK(same == 1);
        }
        const auto unknown = sim::parse_options("default?colour=red");
        REQUIRE_FALSE(unknown);
        CHECK(unknown.error().what.find("missing-drives") != std::string::npos);
    }
}
