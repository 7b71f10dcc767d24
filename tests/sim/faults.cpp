// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "sim/fault.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

using namespace changer;
using namespace changer::test;

namespace {

/// Has the library fail as `spec` says, then moves slot 1 to slot 20.
Result<Completion> move_with(Site& site, std::string_view spec) {
    const auto fault = sim::parse_fault(spec);
    REQUIRE(fault);
    site.library->inject(*fault);
    return site.host.send(
        scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}), {}, 1min);
}

bool moved(Site& site) {
    return site.library->snapshot().at(slot(20)) == "VT0001L8";
}

} // namespace

TEST_SUITE("sim/faults") {
    TEST_CASE("a fault hits the n-th command of its kind, as often as it says, and no other") {
        Site site;
        site.library->inject(*sim::parse_fault("tur:sense=2/04/03@2x2"));
        CHECK_FALSE(site.host.ready());
        CHECK_FALSE(site.host.prevent());
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x03});
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x03});
        CHECK_FALSE(site.host.ready());
        site.library->inject(*sim::parse_fault("any:sense=4/44/00"));
        site.library->clear_faults();
        CHECK_FALSE(site.host.ready());
    }

    TEST_CASE("a refused move is not done; one refused afterwards is") {
        Site site;
        CHECK(move_with(site, "move:sense=4/15/01")->status == scsi::Status::check_condition);
        CHECK_FALSE(moved(site));
        CHECK(move_with(site, "move:status=08")->status == scsi::Status::busy);
        CHECK_FALSE(moved(site));
        CHECK(move_with(site, "a5:sense-after=4/15/01")->status == scsi::Status::check_condition);
        CHECK(moved(site));
    }

    TEST_CASE("a time-out says nothing about the move: before it or after") {
        Site site;
        const auto start = site.clock.now().steady;
        const auto before = move_with(site, "move:timeout");
        REQUIRE_FALSE(before);
        CHECK(before.error().code == Code::command_timeout);
        CHECK(site.clock.now().steady - start == 1min);
        CHECK_FALSE(moved(site));
        CHECK(site.host.ready() == Sense{0x6, 0x29, 0x07});
        const auto after = move_with(site, "move:timeout-after");
        REQUIRE_FALSE(after);
        CHECK(after.error().code == Code::command_timeout);
        CHECK(moved(site));
    }

    TEST_CASE("a connection lost right after the command arrived: it is done, one MOVE counted") {
        Site site;
        CHECK_FALSE(site.host.prevent());
        const auto lost = move_with(site, "move:drop");
        REQUIRE_FALSE(lost);
        CHECK(lost.error().code == Code::transport_failed);
        CHECK_FALSE(moved(site));
        CHECK(site.library->snapshot().lock_holders.empty());

        Bytes none;
        const auto next = site.host.send(scsi::encode(scsi::TestUnitReady{}), none);
        REQUIRE(next);
        CHECK(next->new_nexus);
        CHECK(scsi::decode_sense(next->sense)->sense == Sense{0x6, 0x29, 0x07});
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x07}); // nobody's move still runs
        site.clock.advance(20s);
        CHECK_FALSE(site.host.ready());
        CHECK(moved(site));
        CHECK(site.library->snapshot().count(0xA5) == 1);
        CHECK(site.library->snapshot().moves == 1);
    }

    TEST_CASE("a connection lost before the command is looked at: nothing is done") {
        Site site;
        CHECK(move_with(site, "move:drop-before").error().code == Code::transport_failed);
        site.clock.advance(1h);
        CHECK_FALSE(moved(site));
    }

    TEST_CASE("a connection lost instead of the response: done, one MOVE counted") {
        Site site;
        CHECK(move_with(site, "move:drop-after").error().code == Code::transport_failed);
        CHECK(moved(site));
        CHECK(site.library->snapshot().count(0xA5) == 1);
        CHECK(site.host.attentions() == std::vector{Sense{0x6, 0x29, 0x07}});
    }

    TEST_CASE("garbage and short data arrive with GOOD status") {
        Site site;
        const auto read = scsi::encode(scsi::ReadElementStatus{.allocation_length = 4096});
        const auto whole = site.host.data(read);
        site.library->inject(*sim::parse_fault("res:garbage"));
        const auto garbage = site.host.data(read);
        CHECK(garbage.size() == whole.size());
        CHECK(garbage != whole);
        site.library->inject(*sim::parse_fault("res:short=11"));
        CHECK(site.host.data(read).size() == 11);
        CHECK(site.host.data(read) == whole);
    }

    TEST_CASE("a delayed answer comes later") {
        Site site;
        site.library->inject(*sim::parse_fault("tur:delay=1500"));
        const auto before = site.clock.now().steady;
        CHECK_FALSE(site.host.ready());
        CHECK(site.clock.now().steady - before == 1500ms);
    }

    TEST_CASE("a cartridge stuck in the arm is seen there, and can be put down") {
        Site site;
        CHECK(move_with(site, "move:stuck")->status == scsi::Status::check_condition);
        CHECK(site.library->snapshot().at(arm) == "VT0001L8");
        CHECK(site.host.element(arm).source == slot(1));
        CHECK(site.host.move(slot(2), slot(21)) == Sense{0x4, 0x15, 0x01});
        CHECK_FALSE(site.host.move(arm, slot(1)));
        CHECK(site.library->snapshot().at(slot(1)) == "VT0001L8");
    }

    TEST_CASE("a restart in mid-move loses every nexus and leaves the cartridge in the arm") {
        Site site;
        CHECK_FALSE(site.host.prevent());
        CHECK(move_with(site, "move:reset").error().code == Code::transport_failed);
        CHECK(site.library->snapshot().lock_holders.empty());
        CHECK(site.host.ready() == Sense{0x6, 0x29, 0x00});
        CHECK(site.host.ready() == Sense{0x2, 0x04, 0x01});
        site.clock.advance(1min);
        CHECK_FALSE(site.host.ready());
        CHECK(site.host.element(arm).volume_tag == "VT0001L8");
    }

    TEST_CASE("a fault on a drive leaves the changer alone") {
        Site site;
        Host tape(site.library, site.clock, "host-b", 1);
        tape.attentions();
        site.library->inject(*sim::parse_fault("lun1:tur:sense=4/44/00"));
        CHECK_FALSE(site.host.ready());
        CHECK(tape.ready() == Sense{0x4, 0x44, 0x00});
    }

    TEST_CASE("a barcode is misread, or not read, in the answer that was chosen and no other") {
        Site site;
        site.library->inject(*sim::parse_fault("res:misread=1024"));
        const auto misread = site.host.element(slot(1)).volume_tag;
        REQUIRE(misread);
        CHECK(*misread != "VT0001L8");
        CHECK(misread->size() == 8);
        CHECK(site.host.element(slot(1)).volume_tag == "VT0001L8");
        site.library->inject(*sim::parse_fault("res:unread=1024"));
        const auto unread = site.host.element(slot(1));
        CHECK(unread.full);
        CHECK(unread.volume_tag == "");
        CHECK(unread.exception);
        CHECK(unread.ascq == 0x01);
        site.library->inject(*sim::parse_fault("res:unread=1025"));
        CHECK(site.host.element(slot(1)).volume_tag == "VT0001L8");
        Site ibm("ibm-3584");
        ibm.library->inject(*sim::parse_fault("res:unread=1025"));
        CHECK(ibm.host.element(scsi::ElementAddress{0x401}).asc == 0x11);
    }

    TEST_CASE("faults at random come at their rate, the same again from the same seed") {
        const auto hits = [](std::string_view options, std::string_view spec) {
            Site site(options);
            site.library->inject(*sim::parse_fault(spec));
            std::vector<bool> all;
            for (int i = 0; i < 1000; ++i)
                all.push_back(site.host.ready().has_value());
            return all;
        };
        const auto first = hits("default", "tur:sense=2/04/03%10");
        const auto count = std::count(first.begin(), first.end(), true);
        CHECK(count > 50);
        CHECK(count < 200);
        CHECK(hits("default", "tur:sense=2/04/03%10") == first);
        CHECK(hits("default?seed=2", "tur:sense=2/04/03%10") != first);
        const auto always = hits("default", "tur:sense=2/04/03%100");
        CHECK(std::count(always.begin(), always.end(), true) == 1000);
        Site site;
        site.library->inject(*sim::parse_fault("tur:sense=2/04/03%100"));
        site.library->clear_faults();
        CHECK_FALSE(site.host.ready());
    }

    TEST_CASE("a fault left to chance is another one each time, and the library survives it") {
        Site site("default?instant");
        site.library->inject(*sim::parse_fault("any:random%50"));
        std::set<std::string> ends;
        const auto read = scsi::encode(scsi::ReadElementStatus{.allocation_length = 4096});
        for (int i = 0; i < 300; ++i) {
            Bytes room(4096);
            const auto done = site.host.send(read, room, 1s);
            ends.insert(!done ? std::string(name(done.error().code))
                        : done->status != scsi::Status::good
                            ? std::to_string(static_cast<int>(done->status)) + "/" +
                                  to_hex(done->sense)
                            : std::to_string(done->transferred));
        }
        CHECK(ends.size() > 8);
        site.library->clear_faults();
        site.host.attentions();
        CHECK(site.host.elements().size() == 24);
        CHECK(site.library->snapshot().at(slot(1)) == "VT0001L8");
    }

    TEST_CASE("the grammar takes what it documents and nothing else") {
        const auto fault = sim::parse_fault("lun2:res:sense=b/4b/00@17x3");
        REQUIRE(fault);
        CHECK(fault->lun == 2);
        CHECK(fault->opcode == std::uint8_t{0xB8});
        CHECK(fault->sense == Sense{0xB, 0x4B, 0x00});
        CHECK(fault->nth == 17);
        CHECK(fault->times == 3);
        CHECK(sim::parse_fault("dropx2")->times == 2);
        CHECK_FALSE(sim::parse_fault("drop")->opcode);
        CHECK(sim::parse_fault("exchange:stuck")->opcode == std::uint8_t{0xA6});
        CHECK(sim::parse_fault("any:random%0.5")->rate == 0.005);
        for (const auto* bad : {"",
                                "move",
                                "move:",
                                "move:fly",
                                "fly:drop",
                                "move:drop@",
                                "move:drop@0",
                                "move:drop@1x",
                                "move:dropx0",
                                "move:drop=1",
                                "tur:sense",
                                "tur:sense=2",
                                "tur:sense=2/4",
                                "tur:sense=g/0/0",
                                "tur:sense=2/4/3/1",
                                "lun:drop",
                                "lunX:drop",
                                "lun1drop",
                                "tur:status=100",
                                "res:short=",
                                "tur:sense=10/00/00",
                                "move:drop@-1",
                                "move:drop@1@2",
                                "res:misread",
                                "res:unread=x",
                                "move:drop%",
                                "move:drop%0",
                                "move:drop%101",
                                "move:drop%x",
                                "move:drop%-1",
                                "move:dropx2%5",
                                "move:drop@2%5"}) {
            CAPTURE(bad);
            REQUIRE_FALSE(sim::parse_fault(bad));
            CHECK(sim::parse_fault(bad).error().code == Code::invalid_parameter);
        }
    }

    TEST_CASE("the settings of a URL are checked one by one") {
        const auto options = sim::parse_options(
            "cannot-lock?slots=100&drives=4&mail=0&tapes=7&seed=9&serial=ABC&speed=10");
        REQUIRE(options);
        CHECK(options->personality.name == "cannot-lock");
        CHECK(options->slots == 100);
        CHECK(options->serial == "ABC");
        CHECK(options->timing.move == 2s);
        CHECK(sim::parse_options("")->slots == 24);
        CHECK(sim::parse_options("default?slots=3")->tapes == 3);
        CHECK(sim::parse_options("default?slots=0")->tapes == 0);
        CHECK(sim::parse_options("?instant")->timing.move == 0ms);
        for (const auto* bad : {"nonsense",
                                "default?slots",
                                "default?slots=",
                                "default?slots=x",
                                "default?slots=64513",
                                "default?drives=769",
                                "default?mail=241",
                                "default?tapes=25",
                                "default?speed=0",
                                "default?speed=-1",
                                "default?speed=nan",
                                "default?speed=1x",
                                "default?colour=red",
                                "default?media=L",
                                "default?media=l8",
                                "default?instant=1"}) {
            CAPTURE(bad);
            CHECK_FALSE(sim::parse_options(bad));
        }
    }

    TEST_CASE("a snapshot as JSON says what a snapshot says") {
        Site site;
        CHECK_FALSE(site.host.prevent());
        const auto json = nlohmann::json::parse(to_json(site.library->snapshot()), nullptr, false);
        REQUIRE(json.is_object());
        CHECK(json["schema"] == "changer.sim/1");
        CHECK(json["door"] == "closed");
        CHECK(json["locked_by"] == nlohmann::json::array({"host-a"}));
        CHECK(json["commands"]["1e"] == 1);
        CHECK(json["drives"][0]["serial_number"] == "000001D001");
        CHECK(json["drives"][0]["loaded"] == false);
        CHECK(json["magazines_out"].empty());
        CHECK(json["elements"].size() == 31);
        CHECK(json["elements"][7]["address"] == 0x400);
        CHECK(json["elements"][7]["cartridge"] == "VT0001L8");
        CHECK(json["elements"][0]["cartridge"].is_null());
    }

    TEST_CASE("elements are found as operators write them") {
        Site site;
        CHECK(*site.library->element("3") == slot(3));
        CHECK(*site.library->element("slot:24") == slot(24));
        CHECK(*site.library->element("mail:4") == mail(4));
        CHECK(*site.library->element("drive:2") == drive(2));
        CHECK(*site.library->element("@1") == arm);
        for (const auto* none : {"0", "25", "mail:5", "drive:0", "@2"}) {
            CAPTURE(none);
            CHECK(site.library->element(none).error().code == Code::not_found);
        }
        for (const auto* bad : {"", "x", "slot:", "mail:x", "@", "@65536", "-1", "1 "}) {
            CAPTURE(bad);
            CHECK(site.library->element(bad).error().code == Code::invalid_parameter);
        }
    }
}
