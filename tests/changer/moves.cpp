// SPDX-License-Identifier: Apache-2.0
#include "changer/element_server.hpp"

using namespace changer;
using namespace changer::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("changer/moves");

namespace {

constexpr ElementAddress first{0x1000};
constexpr ElementAddress free_slot{0x1002};
constexpr ElementAddress the_drive{0x100};
constexpr ElementAddress the_arm{0};

struct Opened {
    Opened() {
        server.elements = small_content();
        changer.emplace(open_changer(server, clock));
    }

    /// What the changer answers instead of the next MOVE; the proof before it is two commands.
    void instead_of_move(std::function<Result<Completion>(const Request&)> happens) {
        server.instead.resize(2);
        server.instead.push_back(std::move(happens));
    }

    void refuse_move(Sense sense) {
        instead_of_move([sense](const Request&) { return ElementServer::refused(sense); });
    }

    std::size_t moves() const { return server.count(scsi::opcode::move_medium); }

    ManualClock clock;
    ElementServer server;
    std::optional<Changer> changer;
};

} // namespace

TEST_CASE("a move is five commands: two elements, MOVE over the arm of page 1Dh, two elements") {
    ManualClock clock;
    ScriptedTransport transport;
    auto geometry = small_library();
    geometry.transport.first = ElementAddress{0x61};
    Changer changer = open_changer(transport, clock, geometry);
    expect_no_timeouts(transport);
    transport.expect(read_cdb(ElementType::storage, 0x1000, 1), status({slot(0x1000, "A00001L8")}));
    transport.expect(read_cdb(ElementType::data_transfer, 0x100, 1), status({drive(0x100)}));
    transport.expect("a50000611000010000000000");
    transport.expect(read_cdb(ElementType::storage, 0x1000, 1), status({slot(0x1000)}));
    transport.expect(read_cdb(ElementType::data_transfer, 0x100, 1),
                     status({drive(0x100, "A00001L8")}));
    const MoveReport report = changer.move(first, the_drive, "A00001L8");
    CHECK(report.verdict == MoveVerdict::done);
    CHECK_FALSE(report.error);
    CHECK(report.note.empty());
    REQUIRE(report.seen.size() == 2);
    CHECK_FALSE(report.seen[0].full);
    CHECK(report.seen[1].volume_tag == "A00001L8");
}

TEST_CASE("a lean changer is opened with two commands and moves a cartridge with five more") {
    ManualClock clock;
    ScriptedTransport transport;
    transport.expect("120000003800", Reply{.data = scsi::encode_inquiry_data(some_changer())});
    expect_geometry(transport);
    auto changer = Changer::open(transport, clock, Quirks::builtin(), {.opening = Opening::lean});
    REQUIRE(changer);
    CHECK(transport.left() == 0);
    CHECK(changer->identity().vendor == "ACME");
    CHECK(changer->identity().serial.empty());
    const auto slot_read = read_cdb(ElementType::storage, 0x1000, 1);
    const auto drive_read = read_cdb(ElementType::data_transfer, 0x100, 1);
    SUBCASE("into a drive") {
        transport.expect(slot_read, status({slot(0x1000, "A00001L8")}));
        transport.expect(drive_read, status({drive(0x100)}));
        transport.expect("a50000001000010000000000");
        transport.expect(slot_read, status({slot(0x1000)}));
        transport.expect(drive_read, status({drive(0x100, "A00001L8")}));
        CHECK(changer->move(first, the_drive).verdict == MoveVerdict::done);
    }
    SUBCASE("out of a drive that has let go of the tape") {
        transport.expect(drive_read, status({drive(0x100, "A00001L8")}));
        transport.expect(slot_read, status({slot(0x1000)}));
        transport.expect("a50000000100100000000000");
        transport.expect(drive_read, status({drive(0x100)}));
        transport.expect(slot_read, status({slot(0x1000, "A00001L8")}));
        CHECK(changer->move(the_drive, first, "A00001L8").verdict == MoveVerdict::done);
    }
}

TEST_CASE("what must not be moved is refused before any MOVE") {
    Opened it;
    MoveReport report;
    Code code = Code::ok;
    SUBCASE("empty source") {
        report = it.changer->move(free_slot, the_drive);
        code = Code::source_empty;
    }
    SUBCASE("full destination") {
        report = it.changer->move(first, ElementAddress{0x1001});
        code = Code::destination_full;
    }
    SUBCASE("another cartridge") {
        report = it.changer->move(first, the_drive, "B00009L8");
        code = Code::wrong_cartridge;
    }
    SUBCASE("behind an open door") {
        it.server.at(the_drive)->accessible = false;
        report = it.changer->move(first, the_drive);
        code = Code::medium_not_accessible;
    }
    SUBCASE("no such element") {
        report = it.changer->move(first, ElementAddress{0x2000});
        code = Code::not_found;
    }
    SUBCASE("address 0, where there is none") {
        it.server.geometry.transport.first = ElementAddress{1};
        Changer other = open_changer(it.server, it.clock);
        report = other.move(ElementAddress{0}, free_slot);
        code = Code::not_found;
    }
    SUBCASE("to the arm") {
        report = it.changer->move(first, the_arm);
        code = Code::invalid_parameter;
    }
    SUBCASE("to itself") {
        report = it.changer->move(first, first);
        code = Code::invalid_parameter;
    }
    SUBCASE("elements that cannot be read") {
        it.server.instead.emplace_back([](const Request&) {
            return ElementServer::refused({0x2, 0x04, 0x18});
        });
        report = it.changer->move(first, the_drive);
        code = Code::device_refused;
    }
    CHECK(report.verdict == MoveVerdict::refused_before);
    REQUIRE(report.error);
    CHECK(report.error->code == code);
    CHECK(it.moves() == 0);
}

TEST_CASE("a cartridge that is there already is not moved, and the report says so") {
    Opened it;
    REQUIRE(it.changer->move(first, the_drive, "A00001L8").verdict == MoveVerdict::done);
    const MoveReport again = it.changer->move(first, the_drive, "A00001L8");
    CHECK(again.verdict == MoveVerdict::done);
    CHECK(again.note.find("already") != std::string::npos);
    CHECK(it.moves() == 1);
}

TEST_CASE(
    "source empty or destination full, and the wanted cartridge there: done, and it says so") {
    for (const Sense sense : {Sense{0x5, 0x3B, 0x0E}, Sense{0x5, 0x3B, 0x0D}}) {
        CAPTURE(to_string(sense));
        Opened it;
        it.instead_of_move([&](const Request&) { // somebody was faster
            it.server.at(first)->full = false;
            *it.server.at(first)->volume_tag = "";
            *it.server.at(the_drive) = drive(0x100, "A00001L8");
            return ElementServer::refused(sense);
        });
        const MoveReport report = it.changer->move(first, the_drive, "A00001L8");
        CHECK(report.verdict == MoveVerdict::done);
        CHECK(report.note.find(to_string(sense)) != std::string::npos);
        CHECK(it.moves() == 1);
    }
}

TEST_CASE("a MOVE met by a unit attention is built anew after the proof was made anew") {
    Opened it;
    it.refuse_move({0x6, 0x28, 0x00});
    const MoveReport report = it.changer->move(first, the_drive, "A00001L8");
    CHECK(report.verdict == MoveVerdict::done);
    CHECK(report.note.empty());
    CHECK(it.moves() == 2);
    CHECK(it.server.commands[3].opcode() == scsi::opcode::read_element_status);
    CHECK(it.changer->take_unit_attentions() ==
          std::vector<scsi::UnitAttention>{{{0x6, 0x28, 0x00}, 0xA5}});
}

TEST_CASE("after a unit attention another cartridge in the source is not moved") {
    Opened it;
    it.instead_of_move([&](const Request&) {
        *it.server.at(first) = slot(0x1000, "X99999L8");
        return ElementServer::refused({0x6, 0x28, 0x00});
    });
    SUBCASE("named by the caller") {
        CHECK(it.changer->move(first, the_drive, "A00001L8").error->code == Code::move_unknown);
    }
    SUBCASE("seen at the first proof") {
        CHECK(it.changer->move(first, the_drive).error->code == Code::move_unknown);
    }
    CHECK(it.moves() == 1);
}

TEST_CASE("a changed geometry is read before a MOVE is built anew") {
    Opened it;
    it.instead_of_move([&](const Request&) {
        it.server.geometry.transport.first = ElementAddress{0x61};
        return ElementServer::refused({0x6, 0x2A, 0x01});
    });
    CHECK(it.changer->move(first, the_drive).verdict == MoveVerdict::done);
    CHECK(it.server.count(scsi::opcode::mode_sense_6) == 1);
    const auto& again = it.server.commands[it.server.commands.size() - 3];
    REQUIRE(again.opcode() == scsi::opcode::move_medium);
    CHECK(again.be(2, 2) == 0x61);
}

TEST_CASE("after another host's reservation, or under a lock, a MOVE is not sent again") {
    for (const Sense sense :
         {Sense{0x6, 0x2A, 0x03}, Sense{0x6, 0x2A, 0x05}, Sense{0x6, 0x53, 0x02}}) {
        CAPTURE(to_string(sense));
        Opened it;
        it.refuse_move(sense);
        const MoveReport report = it.changer->move(first, the_drive);
        CHECK(report.verdict == MoveVerdict::not_done);
        CHECK(report.error->sense == sense);
        CHECK(it.moves() == 1);
    }
}

TEST_CASE("the same unit attention at two MOVEs running is an outcome") {
    Opened it;
    it.refuse_move({0x6, 0x28, 0x00});
    it.server.instead.resize(it.server.instead.size() + 2);
    it.server.instead.emplace_back([](const Request&) {
        return ElementServer::refused({0x6, 0x28, 0x00});
    });
    const MoveReport report = it.changer->move(first, the_drive);
    CHECK(report.verdict == MoveVerdict::not_done);
    CHECK(report.error->sense == Sense{0x6, 0x28, 0x00});
    CHECK(it.moves() == 2);
}

TEST_CASE("a changer that is becoming ready is waited for, once") {
    Opened it;
    it.refuse_move({0x2, 0x04, 0x01});
    for (int i = 0; i < 3; ++i)
        it.server.instead.emplace_back([](const Request&) {
            return ElementServer::refused({0x2, 0x04, 0x01});
        });
    const auto start = it.clock.now().steady;
    CHECK(it.changer->move(first, the_drive).verdict == MoveVerdict::done);
    CHECK(it.moves() == 2);
    CHECK(it.clock.now().steady - start == 1s + 2s + 5s);
}

TEST_CASE("a MOVE that met BUSY was not done and may be proved and sent again") {
    Opened it;
    it.instead_of_move([](const Request&) { return Completion{.status = scsi::Status::busy}; });
    CHECK(it.changer->move(first, the_drive).verdict == MoveVerdict::done);
    CHECK(it.moves() == 2);
}

TEST_CASE("a refused MOVE is not done, with the reason") {
    Opened it;
    it.refuse_move({0x4, 0x15, 0x01});
    const MoveReport report = it.changer->move(first, the_drive);
    CHECK(report.verdict == MoveVerdict::not_done);
    CHECK(report.error->code == Code::device_refused);
    CHECK(report.error->sense == Sense{0x4, 0x15, 0x01});
    CHECK(it.moves() == 1);
}

TEST_CASE("a cartridge that hangs in the arm is found there") {
    Opened it;
    it.instead_of_move([&](const Request&) {
        *it.server.at(first) = slot(0x1000);
        *it.server.at(the_arm) = arm(0, "A00001L8");
        return ElementServer::refused({0x4, 0x15, 0x01});
    });
    const MoveReport report = it.changer->move(first, the_drive, "A00001L8");
    CHECK(report.verdict == MoveVerdict::in_arm);
    CHECK(report.error->code == Code::cartridge_in_arm);
    CHECK(report.seen.size() == 3);
    CHECK(it.moves() == 1);
    CHECK(it.changer->move(the_arm, first, "A00001L8").verdict == MoveVerdict::done);
}

TEST_CASE("an answer that was lost after the move was done: one MOVE, and it is done") {
    for (const Code code : {Code::transport_failed, Code::command_timeout}) {
        Opened it;
        it.instead_of_move([&](const Request&) {
            *it.server.at(first) = slot(0x1000);
            *it.server.at(the_drive) = drive(0x100, "A00001L8");
            return Error{code, "connection lost"};
        });
        const MoveReport report = it.changer->move(first, the_drive);
        CHECK(report.verdict == MoveVerdict::done);
        CHECK(report.note.find("connection lost") != std::string::npos);
        CHECK(it.moves() == 1);
        CHECK(it.changer->take_invalidations().removal_prevention);
    }
}

TEST_CASE("an answer that was lost before anything happened: one MOVE, and it is not done") {
    Opened it;
    it.instead_of_move([](const Request&) {
        return Error{Code::transport_failed, "connection lost"};
    });
    const auto start = it.clock.now().steady;
    const MoveReport report = it.changer->move(first, the_drive);
    CHECK(report.verdict == MoveVerdict::not_done);
    CHECK(report.error->code == Code::transport_failed);
    CHECK(it.moves() == 1);
    CHECK(it.clock.now().steady - start >= 10s); // long enough to see a robot start
}

TEST_CASE("a robot that still works after the answer was lost is watched until it has done") {
    Opened it;
    it.instead_of_move([&](const Request&) {
        *it.server.at(first) = slot(0x1000);
        *it.server.at(the_arm) = arm(0, "A00001L8");
        return Error{Code::transport_failed, "connection lost"};
    });
    const auto end = it.clock.now().steady + 20s;
    for (int i = 0; i < 100; ++i)
        it.server.instead.emplace_back([&](const Request&) -> Result<Completion> {
            if (it.clock.now().steady >= end) {
                *it.server.at(the_arm) = arm(0);
                *it.server.at(the_drive) = drive(0x100, "A00001L8");
                it.server.instead.clear();
            }
            return ElementServer::refused({0x2, 0x04, 0x01});
        });
    CHECK(it.changer->move(first, the_drive).verdict == MoveVerdict::done);
    CHECK(it.moves() == 1);
}

TEST_CASE("a changer that stays away leaves the move unknown, and the error says so") {
    Opened it;
    it.instead_of_move([](const Request&) {
        return Error{Code::transport_failed, "connection lost"};
    });
    for (int i = 0; i < 400; ++i)
        it.server.instead.emplace_back([](const Request&) {
            return Error{Code::device_not_available, "connection refused"};
        });
    const MoveReport report = it.changer->move(first, the_drive);
    CHECK(report.verdict == MoveVerdict::unknown);
    CHECK(report.seen.empty());
    CHECK(report.error->code == Code::move_unknown);
    CHECK(report.error->what.find("cannot be asked") != std::string::npos);
    CHECK(it.moves() == 1);
}

TEST_CASE("a MOVE that never left the host was not sent") {
    Opened it;
    it.instead_of_move([](const Request&) {
        return Error{Code::device_not_available, "no route, nothing was sent"};
    });
    const MoveReport report = it.changer->move(first, the_drive);
    CHECK(report.verdict == MoveVerdict::refused_before);
    CHECK(report.error->code == Code::device_not_available);
}

TEST_CASE("success that the elements do not show is not believed") {
    Opened it;
    it.instead_of_move([](const Request&) { return Completion{}; });
    const MoveReport report = it.changer->move(first, the_drive);
    CHECK(report.verdict == MoveVerdict::not_done);
    CHECK(report.error->code == Code::failed);
    CHECK(it.moves() == 1);
}

TEST_CASE("a changer that never sets Access still moves; one that does is believed") {
    Opened it;
    for (ElementStatus& element : it.server.elements)
        element.accessible = false;
    SUBCASE("no element has it") {
        CHECK(it.changer->move(first, the_drive).verdict == MoveVerdict::done);
        CHECK(it.changer->features().access_flag == Support::no);
    }
    SUBCASE("one element has it") {
        it.server.at(free_slot)->accessible = true;
        const MoveReport report = it.changer->move(first, the_drive);
        CHECK(report.verdict == MoveVerdict::refused_before);
        CHECK(report.error->code == Code::medium_not_accessible);
    }
    SUBCASE("no element has it, but the door is open") {
        it.server.instead.resize(2);
        it.server.instead.emplace_back([](const Request&) {
            return ElementServer::refused({0x2, 0x04, 0x18});
        });
        CHECK(it.changer->move(first, the_drive).verdict == MoveVerdict::refused_before);
        CHECK(it.moves() == 0);
    }
}

TEST_CASE("a drive that holds its tape is left alone, unless the changer is to decide") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    *server.at(the_drive) = drive(0x100, "A00003L8");
    server.at(the_drive)->accessible = false;
    const auto moved = [&](LoadedDrive loaded_drive) {
        Changer changer = open_changer(server, clock, {.loaded_drive = loaded_drive});
        return changer.move(the_drive, free_slot, "A00003L8").verdict;
    };
    CHECK(moved(LoadedDrive::refuse) == MoveVerdict::refused_before);
    CHECK(server.count(scsi::opcode::move_medium) == 0);
    CHECK(moved(LoadedDrive::ask_changer) == MoveVerdict::done);
}

TEST_CASE("a move without barcodes is proved by full and empty") {
    Opened it;
    it.server.refuses_volume_tags = true;
    const MoveReport report = it.changer->move(first, the_drive, "A00001L8");
    CHECK(report.verdict == MoveVerdict::done);
}

TEST_CASE("a move whose answer was never seen is judged without moving anything") {
    Opened it;
    CHECK(it.changer->verify_move(first, the_drive, "A00001L8").verdict == MoveVerdict::not_done);
    REQUIRE(it.changer->move(first, the_drive).verdict == MoveVerdict::done);
    CHECK(it.changer->verify_move(first, the_drive, "A00001L8").verdict == MoveVerdict::done);
    const MoveReport other = it.changer->verify_move(first, the_drive, "B00009L8");
    CHECK(other.verdict == MoveVerdict::unknown);
    CHECK(other.error->code == Code::move_unknown);
    CHECK(it.moves() == 1);
}

TEST_SUITE_END();
