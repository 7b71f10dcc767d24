// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/position_to_element.hpp"
#include "scsi/spc/mode_sense.hpp"

using namespace changer;
using namespace changer::test;
using scsi::ElementAddress;

namespace {

std::optional<Sense> exchange(Host& host, const scsi::ExchangeMedium& command) {
    return host.sense(scsi::encode(command));
}

std::optional<Sense>
exchange(Host& host, ElementAddress source, ElementAddress first, ElementAddress second) {
    return exchange(host,
                    {.source = source, .first_destination = first, .second_destination = second});
}

} // namespace

TEST_SUITE("sim/exchange") {
    TEST_CASE("an exchange makes room for one cartridge and moves another on") {
        Site site;
        CHECK_FALSE(exchange(site.host, slot(1), slot(2), slot(20)));
        auto state = site.library->snapshot();
        CHECK_FALSE(state.at(slot(1)));
        CHECK(state.at(slot(2)) == "VT0001L8");
        CHECK(state.at(slot(20)) == "VT0002L8");
        CHECK(state.moves == 2);
        CHECK(site.host.element(slot(20)).source == slot(2));
        CHECK(site.host.element(slot(2)).source == slot(1));

        CHECK_FALSE(exchange(site.host, slot(2), slot(3), slot(2))); // a swap
        state = site.library->snapshot();
        CHECK(state.at(slot(2)) == "VT0003L8");
        CHECK(state.at(slot(3)) == "VT0001L8");
    }

    TEST_CASE("an exchange of what is in a drive unloads it and loads the other") {
        Site site;
        Host tape(site.library, site.clock, "host-b", 1);
        CHECK_FALSE(site.host.move(slot(1), drive(1)));
        site.clock.advance(1min);
        tape.attentions();
        const auto before = site.clock.now().steady;
        CHECK_FALSE(exchange(site.host, slot(2), drive(1), slot(1)));
        CHECK(site.clock.now().steady - before == 60s); // 20 s unload, two moves of 20 s
        site.clock.advance(1min);
        CHECK(tape.attentions() == std::vector{Sense{0x6, 0x28, 0x00}});
        CHECK(site.library->snapshot().at(drive(1)) == "VT0002L8");
        CHECK(site.library->snapshot().at(slot(1)) == "VT0001L8");
    }

    TEST_CASE("what cannot be exchanged is refused, and nothing moves") {
        Site site;
        const ElementAddress nowhere{0x7777};
        CHECK(exchange(site.host, slot(20), slot(1), slot(21)) == Sense{0x5, 0x3B, 0x0E});
        CHECK(exchange(site.host, slot(1), slot(20), slot(21)) == Sense{0x5, 0x3B, 0x0E});
        CHECK(exchange(site.host, slot(1), slot(2), slot(3)) == Sense{0x5, 0x3B, 0x0D});
        CHECK(exchange(site.host, slot(1), slot(2), slot(2)) == Sense{0x5, 0x21, 0x01});
        CHECK(exchange(site.host, slot(1), slot(1), slot(20)) == Sense{0x5, 0x21, 0x01});
        CHECK(exchange(site.host, nowhere, slot(1), slot(20)) == Sense{0x5, 0x21, 0x01});
        CHECK(exchange(site.host, slot(1), nowhere, slot(20)) == Sense{0x5, 0x21, 0x01});
        CHECK(exchange(site.host, slot(1), slot(2), nowhere) == Sense{0x5, 0x21, 0x01});
        CHECK(exchange(site.host, slot(1), slot(2), arm) == Sense{0x5, 0x21, 0x01});
        for (const bool first : {false, true})
            CHECK(exchange(site.host,
                           {.source = slot(1),
                            .first_destination = slot(2),
                            .second_destination = slot(20),
                            .invert_first = first,
                            .invert_second = !first}) == Sense{0x5, 0x24, 0x00});
        CHECK(site.library->snapshot().moves == 0);
    }

    TEST_CASE("each cartridge is turned over on its own") {
        Site site("two-sided");
        CHECK_FALSE(exchange(site.host,
                             {.source = slot(1),
                              .first_destination = slot(2),
                              .second_destination = slot(20),
                              .invert_second = true}));
        CHECK_FALSE(site.host.element(slot(2)).inverted);
        CHECK(site.host.element(slot(20)).inverted);
    }

    TEST_CASE("an exchange that fails half way leaves one cartridge in the arm") {
        Site site;
        site.library->inject(*sim::parse_fault("exchange:stuck"));
        CHECK(exchange(site.host, slot(1), slot(2), slot(20)) == Sense{0x4, 0x15, 0x01});
        const auto state = site.library->snapshot();
        CHECK(state.at(slot(1)) == "VT0001L8");
        CHECK_FALSE(state.at(slot(2)));
        CHECK(state.at(arm) == "VT0002L8");
        CHECK(exchange(site.host, slot(1), slot(3), slot(20)) == Sense{0x4, 0x15, 0x01});
    }

    TEST_CASE("hands that nobody told the library of are found out on the way") {
        Site site("silent-door");
        REQUIRE(site.library->open_door());
        REQUIRE(site.library->remove(slot(1)));
        CHECK(exchange(site.host, slot(1), slot(2), slot(20)) == Sense{0x5, 0x3B, 0x0E});
        CHECK(site.library->snapshot().at(slot(2)) == "VT0002L8");
        REQUIRE(site.library->remove(slot(2)));
        CHECK(exchange(site.host, slot(3), slot(2), slot(20)) == Sense{0x5, 0x3B, 0x0E});
        CHECK(site.library->snapshot().at(slot(3)) == "VT0003L8");
        REQUIRE(site.library->insert("HAND01L8", slot(20)));
        CHECK(exchange(site.host, slot(3), slot(4), slot(20)) == Sense{0x5, 0x3B, 0x0D});
        CHECK(site.library->snapshot().at(slot(4)) == "VT0003L8");
        CHECK(site.library->snapshot().at(arm) == "VT0004L8");
    }

    TEST_CASE("page 1Fh claims exchanges where there are any") {
        const auto page = [](std::string_view options) {
            Site site(options);
            const scsi::ModeSense ask{.page = 0x1F};
            const auto data = scsi::decode_mode_data(site.host.data(scsi::encode(ask)), ask.form);
            REQUIRE(data);
            return *scsi::decode_device_capabilities(*data->find(0x1F));
        };
        CHECK(page("default").exchange[1].data_transfer);
        CHECK(page("default?without=a6").exchange == std::array<scsi::ElementTypeSet, 4>{});
    }

    TEST_CASE("the arm goes where it is sent, in time, and picks nothing") {
        Site site;
        const auto position = [&](const scsi::PositionToElement& command) {
            return site.host.sense(scsi::encode(command));
        };
        const auto before = site.clock.now().steady;
        CHECK_FALSE(position({.transport = arm, .destination = slot(1)}));
        CHECK(site.clock.now().steady - before == 8s);
        CHECK(site.library->snapshot().moves == 0);
        CHECK(position({.destination = ElementAddress{0x7777}}) == Sense{0x5, 0x21, 0x01});
        CHECK(position({.destination = arm}) == Sense{0x5, 0x21, 0x01});
        CHECK(position({.transport = slot(1), .destination = slot(1)}) == Sense{0x5, 0x21, 0x01});
        CHECK(position({.destination = slot(1), .invert = true}) == Sense{0x5, 0x24, 0x00});
        REQUIRE(site.library->open_door());
        CHECK(position({.destination = slot(1)}) == Sense{0x2, 0x04, 0x18});
    }
}
