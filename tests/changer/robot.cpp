// SPDX-License-Identifier: Apache-2.0
// What a changer does with its arm and its mail slots besides moving cartridges.
#include "changer/element_server.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/robot");

namespace {

constexpr ElementAddress a_slot{0x1001};
constexpr ElementAddress the_mail_slot{0x10};
constexpr ElementAddress the_arm{0};
const Reply unsupported = check_condition({0x5, 0x20, 0x00});

} // namespace

TEST_CASE("position, open and close are one command each, the arm being that of page 1Dh") {
    ManualClock clock;
    ScriptedTransport transport;
    auto geometry = small_library();
    geometry.transport.first = ElementAddress{0x61};
    Changer changer = open_changer(transport, clock, geometry);
    expect_no_timeouts(transport);
    transport.expect("2b000061100100000000");
    transport.expect("1b0000100000").expect("1b0000100100");
    CHECK(changer.position(a_slot));
    CHECK(changer.open_import_export(the_mail_slot));
    CHECK(changer.close_import_export(the_mail_slot));
    CHECK(changer.features().position == Support::yes);
    CHECK(changer.features().open_close == Support::yes);
}

TEST_CASE("an element that is none, or of the wrong kind, is refused before anything is sent") {
    ManualClock clock;
    ElementServer server;
    server.positions = true;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    for (const auto& answer : {changer.position(ElementAddress{0x2000}),
                               changer.position(the_arm),
                               changer.open_import_export(a_slot),
                               changer.close_import_export(ElementAddress{0x11})}) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == Code::not_found);
    }
    CHECK(server.visited.empty());
}

TEST_CASE("a changer without such a command is asked once") {
    ManualClock clock;
    ScriptedTransport transport;
    Changer changer = open_changer(transport, clock);
    expect_no_timeouts(transport);
    transport.expect("2b000000100100000000", unsupported);
    transport.expect("1b0000100000", unsupported);
    for (int i = 0; i < 2; ++i) {
        CHECK(changer.position(a_slot).error().code == Code::device_refused);
        CHECK(changer.open_import_export(the_mail_slot).error().code == Code::device_refused);
    }
    CHECK(changer.close_import_export(the_mail_slot).error().code == Code::device_refused);
}

TEST_CASE("after an event the element is looked up again before the arm is sent to it") {
    ManualClock clock;
    ElementServer server;
    server.positions = true;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    server.instead_of = 0x2B;
    server.instead_once = [&](const Request&) {
        server.geometry.storage.count = 1;
        return ElementServer::refused({0x6, 0x2A, 0x01});
    };
    CHECK(changer.position(a_slot).error().code == Code::not_found);
    CHECK(server.visited.empty());
}

TEST_CASE("BUSY is waited out, a lost answer is not sent again") {
    ManualClock clock;
    ElementServer server;
    server.positions = true;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    server.instead_of = 0x1B;
    server.instead_once = [](const Request&) { return Completion{.status = scsi::Status::busy}; };
    CHECK(changer.open_import_export(the_mail_slot));
    server.instead_of_nth = 1;
    server.instead_once = [](const Request&) {
        return Error{Code::command_timeout, "no answer in time"};
    };
    CHECK(changer.close_import_export(the_mail_slot).error().code == Code::command_timeout);
    CHECK(server.count(scsi::opcode::open_close_import_export_element) == 3);
}

TEST_SUITE_END();
