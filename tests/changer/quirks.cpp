// SPDX-License-Identifier: Apache-2.0
// What a changer does otherwise because a row of quirks, or an earlier run, says so.
#include "changer/element_server.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/quirks");

namespace {

using enum ElementType;

/// A row about the test's changer with these statements.
Quirks stating(const std::string& statements) {
    auto parsed =
        Quirks::parse(R"({"schema":"changer.quirks/1","quirks":[{"name":"n","source":"s",)"
                      R"("match":[{"vendor":"ACME"}],)" +
                      statements + "}]}");
    REQUIRE(parsed);
    return *std::move(parsed);
}

const scsi::DeviceIdentifier drive_name{.identifier = "ACME    DRIVE           0123456789"};

struct Robot {
    explicit Robot(const std::string& statements)
        : quirks(stating(statements)) {
        server.elements = small_content();
        server.at(ElementAddress{0x100})->identifier = drive_name;
    }

    Result<Changer> try_open(const ChangerOptions& options = {}) {
        return Changer::open(server, clock, quirks, options);
    }

    Changer open(const ChangerOptions& options = {}) {
        auto changer = try_open(options);
        CAPTURE((changer ? "" : to_string(changer.error())));
        REQUIRE(changer);
        server.commands.clear();
        return *std::move(changer);
    }

    Quirks quirks;
    ManualClock clock;
    ElementServer server;
};

std::vector<std::string> read(Changer& changer) {
    const auto elements = changer.read_elements();
    REQUIRE(elements);
    return barcodes(*elements);
}

const std::vector<std::string> both{"A00001L8", "A00002L8"};

} // namespace

TEST_CASE("drives are asked who they are in the form the row names") {
    SUBCASE("never") {
        Robot robot(R"("drive_identifiers":"never")");
        Changer changer = robot.open();
        read(changer);
        for (const scsi::Cdb& cdb : robot.server.commands)
            CHECK((cdb.be(6, 1) & 0x01) == 0);
    }
    SUBCASE("alone") {
        Robot robot(R"("drive_identifiers":"alone")");
        robot.server.wants_identifiers_alone = true;
        Changer changer = robot.open();
        CHECK(read(changer) == both);
        CHECK(robot.server.commands.size() == 5);
    }
    SUBCASE("with tags") {
        Robot robot(R"("drive_identifiers":"with_tags")");
        robot.server.wants_identifiers_with_tags = true;
        Changer changer = robot.open();
        CHECK(changer.read_elements()->at(4).identifier == drive_name);
        CHECK(robot.server.commands.size() == 5);
    }
}

TEST_CASE("without a row the form of the identifiers is tried out, once") {
    Robot robot(R"("access_flag":true)");
    robot.server.wants_identifiers_with_tags = true;
    Changer changer = robot.open();
    CHECK(changer.read_elements()->at(4).identifier == drive_name);
    CHECK(changer.features().identifiers_with_tags == Support::yes);
    robot.server.commands.clear();
    CHECK(changer.read_elements()->at(4).identifier == drive_name);
    CHECK(robot.server.commands.size() == 5);
}

TEST_CASE("a changer that ignores the type of elements is read by addresses") {
    Robot robot(R"("element_types":false)");
    robot.server.ignores_type = true;
    Changer changer = robot.open();
    CHECK(changer.read_elements()->size() == 6);
    CHECK(read(changer) == both);
    for (const scsi::Cdb& cdb : robot.server.commands)
        CHECK((cdb.be(1, 1) & 0x0F) == 0);
    CHECK(changer.move(ElementAddress{0x1000}, ElementAddress{0x100}).verdict == MoveVerdict::done);
}

TEST_CASE("no request is for more elements, or more bytes, than the row allows") {
    Robot robot(R"("max_elements_per_request":2,"max_transfer_bytes":600)");
    Changer changer = robot.open();
    CHECK(read(changer) == both);
    for (const scsi::Cdb& cdb : robot.server.commands) {
        CHECK(cdb.be(4, 2) <= 2);
        CHECK(cdb.be(7, 3) <= 600);
    }
}

TEST_CASE("ranges that the row states replace those of page 1Dh, one by one") {
    Robot robot(R"("addresses":{"storage":{"first":4097,"count":2}})");
    CHECK(robot.open().geometry().storage == scsi::ElementRange{ElementAddress{0x1001}, 2});
    CHECK(robot.open().geometry().data_transfer == small_library().data_transfer);
    robot.server.has_mode_pages = false;
    const Changer changer = robot.open();
    CHECK(changer.geometry().storage == scsi::ElementRange{ElementAddress{0x1001}, 2});
    CHECK(changer.geometry().data_transfer.count == 0);
}

TEST_CASE("where there is no page 1Dh the elements tell how many there are") {
    Robot robot(R"("first_addresses":{"storage":4096,"import_export":16,"data_transfer":256})");
    robot.server.has_mode_pages = false;
    robot.server.elements.push_back(slot(0x1005, "A00009L8"));
    Changer changer = robot.open();
    CHECK(changer.geometry().storage == scsi::ElementRange{ElementAddress{0x1000}, 6});
    CHECK(changer.geometry().import_export == scsi::ElementRange{ElementAddress{0x10}, 1});
    CHECK(changer.geometry().data_transfer == scsi::ElementRange{ElementAddress{0x100}, 1});
    CHECK(changer.geometry().transport.count == 1);
    CHECK(read(changer).size() == 3);
}

TEST_CASE("a changer that has other things on its mind is not taken for one without page 1Dh") {
    Robot robot(R"("first_addresses":{"storage":4096,"import_export":16})");
    for (int i = 0; i < 2; ++i)
        robot.server.instead.emplace_back([](const Request&) {
            return ElementServer::refused({0x6, 0x53, 0x02});
        });
    const auto changer = robot.try_open();
    REQUIRE_FALSE(changer);
    CHECK(changer.error().sense == Sense{0x6, 0x53, 0x02});
}

TEST_CASE("a row that names the wrong place of the slots finds none, and says so") {
    Robot robot(R"("first_addresses":{"storage":8192,"import_export":16})");
    robot.server.has_mode_pages = false;
    const auto changer = robot.try_open();
    REQUIRE_FALSE(changer);
    CHECK(changer.error().what.find("no slots") != std::string::npos);
}

TEST_CASE("without page 1Dh and without a row nothing is invented") {
    Robot robot(R"("access_flag":true)");
    robot.server.has_mode_pages = false;
    const auto changer = robot.try_open();
    REQUIRE_FALSE(changer);
    CHECK(changer.error().code == Code::device_refused);
}

TEST_CASE("MOVE names the arm that the row names") {
    Robot robot(R"("transport_address":97)");
    Changer changer = robot.open();
    CHECK(changer.move(ElementAddress{0x1000}, ElementAddress{0x100}).verdict == MoveVerdict::done);
    bool named = false;
    for (const scsi::Cdb& cdb : robot.server.commands)
        named |= cdb.opcode() == scsi::opcode::move_medium && cdb.be(2, 2) == 0x61;
    CHECK(named);
}

TEST_CASE("a changer that knows nothing after power on is rescanned before it is read") {
    Robot robot(R"("rescan_after_power_on":true,"rescan":["07h"])");
    Changer changer = robot.open();
    read(changer);
    CHECK(robot.server.count(0x07) == 0);
    robot.server.instead.emplace_back([](const Request&) {
        return ElementServer::refused({0x6, 0x29, 0x00});
    });
    CHECK(changer.test_ready()->ready);
    CHECK(read(changer) == both);
    CHECK(read(changer) == both);
    CHECK(robot.server.count(0x07) == 1);
    CHECK(robot.server.commands[robot.server.commands.size() - 11].opcode() == 0x07);
}

TEST_CASE("a changer without PREVENT is not sent one") {
    Robot robot(R"("prevent":false)");
    Changer changer = robot.open();
    CHECK(changer.prevent_removal().verdict == RemovalVerdict::refused);
    CHECK(changer.allow_removal().verdict == RemovalVerdict::refused);
    CHECK(changer.door_lock_effective() == Support::no);
    CHECK(robot.server.commands.empty());
}

TEST_CASE("what an earlier run has learned is not asked again") {
    Robot robot(R"("access_flag":true)");
    robot.server.refuses_current_data = true;
    robot.server.refuses_device_identifiers = true;
    Changer changer = robot.open();
    read(changer);
    const LearnedFeatures learned = changer.learned();
    Changer next = robot.open({.learned = learned});
    CHECK(read(next) == both);
    CHECK(robot.server.commands.size() == 4);
    CHECK(next.learned() == learned);
}

TEST_CASE("what an earlier run has learned and is no longer true is learned anew") {
    Robot robot(R"("access_flag":true)");
    LearnedFeatures learned{.vendor = "ACME", .product = "ROBOT 9", .revision = "0100"};
    SUBCASE("volume tags") {
        learned.facts = {{"volume_tags", "yes"}, {"current_data", "yes"}};
        robot.server.refuses_volume_tags = true;
        Changer changer = robot.open({.learned = learned});
        CHECK(changer.read_elements()->size() == 6);
        CHECK(changer.features().volume_tags == Support::no);
    }
    SUBCASE("the form of MODE SENSE") {
        learned.facts = {{"mode_sense_6", "no"}, {"disable_block_descriptors", "no"}};
        Changer changer = robot.open({.learned = learned});
        CHECK(changer.features().mode_sense_6 == Support::yes);
    }
}

TEST_CASE("a transfer limit that was learned is kept") {
    Robot robot(R"("access_flag":true)");
    robot.server.largest_allocation = 6000;
    robot.server.geometry.storage.count = 200;
    for (unsigned i = 3; i < 200; ++i)
        robot.server.elements.push_back(slot(0x1000 + i));
    Changer changer = robot.open();
    read(changer);
    REQUIRE(changer.features().transfer_limit_bytes);
    CHECK(*changer.features().transfer_limit_bytes <= 6000);
    Changer next = robot.open({.learned = changer.learned()});
    read(next);
    for (const scsi::Cdb& cdb : robot.server.commands)
        CHECK(cdb.be(7, 3) <= 6000);
}

TEST_SUITE_END();
