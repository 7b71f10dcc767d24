// SPDX-License-Identifier: Apache-2.0
#include "changer/element_server.hpp"

#include <fmt/format.h>

#include <random>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/elements");

namespace {

using enum scsi::ElementType;

/// A server with `slots` slots, every one full.
void fill(ElementServer& server, std::uint16_t slots) {
    server.geometry.storage.count = slots;
    for (unsigned i = 0; i < slots; ++i)
        server.elements.push_back(slot(0x1000 + i, fmt::format("T{:05}L8", i)));
}

scsi::DeviceIdentifier drive_name() {
    return {.identifier = "HP      Ultrium 5-SCSI  DRV0000001"};
}

std::vector<ElementStatus> read(Changer& changer) {
    auto elements = changer.read_elements();
    REQUIRE_MESSAGE(elements, (elements ? "" : to_string(elements.error())));
    return *std::move(elements);
}

const std::vector<std::string> both{"A00001L8", "A00002L8"};

} // namespace

TEST_CASE("elements are read type by type, slots first, drives' identifiers on their own") {
    ManualClock clock;
    ScriptedTransport transport;
    Changer changer = open_changer(transport, clock);
    ElementStatus named = drive(0x100);
    named.identifier = drive_name();
    scsi::ElementStatusPage page{
        .type = data_transfer, .identifier_length = 34, .elements = {named}};
    transport.expect(read_cdb(storage, 0x1000, 3),
                     status({slot(0x1000, "A00001L8"), slot(0x1001, "A00002L8"), slot(0x1002)}));
    transport.expect(read_cdb(import_export, 0x10, 1), status({mail(0x10)}));
    transport.expect(read_cdb(data_transfer, 0x100, 1), status({drive(0x100, "D00001L8")}));
    transport.expect(identifiers_cdb(0x100, 1),
                     Reply{.data = scsi::encode_element_status(std::array{page})});
    transport.expect(read_cdb(scsi::ElementType::transport, 0, 1), status({arm(0)}));
    const auto elements = read(changer);
    CHECK(elements.size() == 6);
    CHECK(barcodes(elements) == std::vector<std::string>{"A00001L8", "A00002L8", "D00001L8"});
    REQUIRE(elements[4].identifier);
    CHECK(elements[4].identifier->serial_number() == "DRV0000001");
    CHECK(elements[4].full);
}

TEST_CASE("a large library is read in portions, each from behind the last element seen") {
    ManualClock clock;
    ElementServer server;
    fill(server, 2500);
    ChangerOptions options;
    SUBCASE("by number") {}
    SUBCASE("by bytes") {
        options.transfer_limit_bytes = 10'000;
    }
    SUBCASE("by what the changer takes") {
        server.largest_allocation = 20'000;
    }
    SUBCASE("by what the host adapter takes") {
        server.largest_transfer = 20'000;
    }
    SUBCASE("from a changer that announces nothing") {
        server.announces_nothing = true;
    }
    Changer changer = open_changer(server, clock, options);
    const auto elements = read(changer);
    REQUIRE(elements.size() == 2500);
    for (unsigned i = 0; i < 2500; ++i)
        CHECK(number(elements[i].address) == 0x1000 + i);
    CHECK(elements[2499].volume_tag == "T02499L8");
}

TEST_CASE("a size that was refused once is not asked for again") {
    ManualClock clock;
    ElementServer server;
    fill(server, 500);
    server.largest_allocation = 20'000;
    Changer changer = open_changer(server, clock);
    CHECK(read(changer).size() == 500);
    const std::size_t first = server.commands.size();
    server.commands.clear();
    CHECK(read(changer).size() == 500);
    CHECK(server.commands.size() < first);
    for (const scsi::Cdb& cdb : server.commands)
        if (cdb.opcode() == scsi::opcode::read_element_status)
            CHECK(cdb.be(7, 3) <= 20'000);
}

TEST_CASE("what a changer refuses is left out, and nothing else is") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    server.at(ElementAddress{0x100})->identifier = drive_name();
    SUBCASE("current data") {
        server.refuses_current_data = true;
        Changer changer = open_changer(server, clock);
        const auto elements = read(changer);
        CHECK(barcodes(elements) == both);
        CHECK(elements[4].identifier == drive_name());
        CHECK(changer.features().current_data == Support::no);
        CHECK(changer.features().volume_tags == Support::yes);
    }
    SUBCASE("volume tags") {
        server.refuses_volume_tags = true;
        Changer changer = open_changer(server, clock);
        const auto elements = read(changer);
        CHECK(elements.size() == 6);
        CHECK_FALSE(elements[0].volume_tag);
        CHECK(elements[4].identifier == drive_name());
        CHECK(changer.features().volume_tags == Support::no);
        CHECK(changer.features().current_data == Support::yes);
    }
    SUBCASE("device identifiers") {
        server.refuses_device_identifiers = true;
        Changer changer = open_changer(server, clock);
        const auto elements = read(changer);
        CHECK(barcodes(elements) == both);
        CHECK_FALSE(elements[4].identifier);
        CHECK(changer.features().device_identifiers == Support::no);
    }
    SUBCASE("all of them") {
        server.refuses_current_data = true;
        server.refuses_volume_tags = true;
        server.refuses_device_identifiers = true;
        Changer changer = open_changer(server, clock);
        CHECK(read(changer).size() == 6);
    }
}

TEST_CASE("a second read asks in the form that was learned: one command a type") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    server.refuses_current_data = true;
    server.refuses_device_identifiers = true;
    Changer changer = open_changer(server, clock);
    read(changer);
    server.commands.clear();
    read(changer);
    CHECK(server.commands.size() == 4);
}

TEST_CASE("barcodes are not lost when a unit attention interrupts a read") {
    for (std::size_t before = 0; before < 5; ++before) {
        CAPTURE(before);
        ManualClock clock;
        ElementServer server;
        server.elements = small_content();
        Changer changer = open_changer(server, clock);
        server.instead.resize(before);
        server.instead.emplace_back([](const Request&) {
            return ElementServer::refused({0x6, 0x28, 0x00});
        });
        CHECK(barcodes(read(changer)) == both);
        CHECK(changer.features().volume_tags == Support::yes);
        CHECK(changer.take_unit_attentions() ==
              std::vector<scsi::UnitAttention>{{{0x6, 0x28, 0x00}, 0xB8}});
    }
}

TEST_CASE("a cartridge that is moved while a read runs is read where it is") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    server.instead.resize(2);
    server.instead.emplace_back([&](const Request&) { // by hand, between slots and drives
        server.at(ElementAddress{0x1000})->full = false;
        *server.at(ElementAddress{0x1000})->volume_tag = "";
        *server.at(ElementAddress{0x1002}) = slot(0x1002, "A00001L8");
        return ElementServer::refused({0x6, 0x28, 0x00});
    });
    CHECK(barcodes(read(changer)) == std::vector<std::string>{"A00002L8", "A00001L8"});
}

TEST_CASE("not ready teaches nothing about barcodes") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    server.instead.emplace_back([](const Request&) {
        return ElementServer::refused({0x2, 0x04, 0x01});
    });
    const auto elements = changer.read_elements();
    REQUIRE_FALSE(elements);
    CHECK(elements.error().sense == Sense{0x2, 0x04, 0x01});
    CHECK(server.commands.size() == 1);
    CHECK(barcodes(read(changer)) == both);
}

TEST_CASE("gaps between addresses are read over") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    server.geometry.data_transfer.count = 3;
    server.elements.push_back(drive(0x105, "D00001L8"));
    server.elements.push_back(drive(0x148, "D00002L8"));
    Changer changer = open_changer(server, clock);
    const auto elements = read(changer);
    CHECK(elements.size() == 8);
    CHECK(barcodes(elements).size() == 4);
}

TEST_CASE("fewer elements than page 1Dh counts are no error, however the changer ends the list") {
    ManualClock clock;
    ElementServer server;
    fill(server, 1500);
    server.geometry.storage.count = 2500;
    SUBCASE("with an empty list") {}
    SUBCASE("with an illegal field") {
        server.ends_with_illegal_field = true;
    }
    SUBCASE("with an illegal address") {
        server.ends_with_illegal_address = true;
    }
    Changer changer = open_changer(server, clock);
    CHECK(changer.read_elements(storage)->size() == 1500);
    CHECK(changer.features().volume_tags == Support::yes);
}

TEST_CASE("tgt's answers: 8 bytes less than announced, the count ignored, no flag but Full") {
    ManualClock clock;
    ElementServer server;
    fill(server, 1500);
    server.geometry.data_transfer.count = 2;
    for (const unsigned address : {0x100u, 0x101u}) {
        server.elements.push_back(drive(address));
        server.elements.back().identifier = drive_name();
    }
    server.elements.push_back(mail(0x10));
    server.elements.push_back(arm(0));
    server.sends_eight_less = true;
    server.ignores_count = true;
    for (ElementStatus& element : server.elements)
        element.accessible = false;
    Changer changer = open_changer(server, clock);
    const auto elements = read(changer);
    REQUIRE(elements.size() == 1504);
    CHECK(barcodes(elements).size() == 1500);
    CHECK(elements[1499].volume_tag == "T01499L8");
    CHECK(elements[1501].identifier == drive_name());
    CHECK_FALSE(elements[1502].identifier); // its end was never sent
    CHECK(changer.move(ElementAddress{0x1000 + 1499}, ElementAddress{0x101}, "T01499L8").verdict ==
          MoveVerdict::done);
    CHECK(server.count(scsi::opcode::move_medium) == 1);
}

TEST_CASE("an answer that does not decode is asked for once more, then it is an error") {
    const auto garbage = [](const Request& request) {
        return ElementServer::good(request, hex("0000 0001 00 0000ff 09ffffff ffffffff"));
    };
    const auto cut_off = [](const Request& request) {
        return ElementServer::good(request, hex("1000 0003 00 0000a4 0280 0034 00 00009c 1000"));
    };
    for (const auto& broken : {std::function<Result<Completion>(const Request&)>(garbage),
                               std::function<Result<Completion>(const Request&)>(cut_off)}) {
        ManualClock clock;
        ElementServer server;
        server.elements = small_content();
        Changer changer = open_changer(server, clock);
        server.instead = {broken};
        CHECK(barcodes(read(changer)) == both);
        server.instead = {broken, broken};
        const auto elements = changer.read_elements();
        REQUIRE_FALSE(elements);
        CHECK(elements.error().code == Code::malformed_response);
    }
}

TEST_CASE("an answer that decodes by chance, to other elements only, is not taken for none") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    server.instead.emplace_back([](const Request& request) {
        return ElementServer::good(request, status_bytes({drive(0x4711, "X00001L8")}));
    });
    CHECK(barcodes(*changer.read_elements(storage)) == both);
    CHECK(server.commands.size() == 2);
}

TEST_CASE("elements of another type, and those before the first one asked for, are dropped") {
    ManualClock clock;
    ScriptedTransport transport;
    Changer changer = open_changer(transport, clock);
    scsi::ElementStatusPage slots{.type = storage,
                                  .primary_volume_tags = true,
                                  .elements = {slot(0x0FFF, "X"), slot(0x1000, "A00001L8")}};
    scsi::ElementStatusPage drives{.type = data_transfer, .elements = {drive(0x1001)}};
    transport.expect(read_cdb(storage, 0x1000, 3),
                     Reply{.data = scsi::encode_element_status(std::array{slots, drives})});
    const auto elements = changer.read_elements(storage);
    REQUIRE(elements);
    CHECK(barcodes(*elements) == std::vector<std::string>{"A00001L8"});
}

TEST_CASE("a changer that answers the same over and over does not keep us") {
    ManualClock clock;
    ElementServer server;
    server.geometry.storage.count = 0xEFFF;
    server.elements = small_content();
    const auto same = [](const Request& request) {
        return ElementServer::good(request, status_bytes({slot(0x1000, "A00001L8")}));
    };
    Changer changer = open_changer(server, clock);
    for (int i = 0; i < 10; ++i)
        server.instead.emplace_back(same);
    CHECK(changer.read_elements(storage)->size() == 1);
    CHECK(server.commands.size() <= 2);
}

TEST_CASE("whatever bytes a changer sends, a read ends") {
    for (unsigned seed = 0; seed < 500; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        ManualClock clock;
        ElementServer server;
        server.elements = small_content();
        Changer changer = open_changer(server, clock);
        for (int i = 0; i < 12; ++i)
            server.instead.emplace_back([&](const Request& request) {
                Bytes bytes(random() % (request.data_in.size() + 1));
                for (std::byte& b : bytes)
                    b = static_cast<std::byte>(random() % (seed % 2 == 0 ? 256 : 5));
                return ElementServer::good(request, bytes);
            });
        const auto elements = changer.read_elements();
        CHECK((elements || elements.error().code == Code::malformed_response));
    }
}

TEST_CASE("the geometry is read again after an event that may have changed it") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    server.geometry.storage.count = 4;
    server.elements.push_back(slot(0x1003, "A00004L8"));
    server.instead.emplace_back([](const Request&) {
        return ElementServer::refused({0x6, 0x2A, 0x01});
    });
    CHECK(read(changer).size() == 7);
    CHECK(changer.geometry().storage.count == 4);
}

TEST_CASE("one element is read with one command, and only if it is one") {
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    Changer changer = open_changer(server, clock);
    const auto second = changer.read_element(ElementAddress{0x1001});
    REQUIRE(second);
    CHECK(second->volume_tag == "A00002L8");
    CHECK(server.commands.size() == 1);
    CHECK(changer.read_element(ElementAddress{0x2000}).error().code == Code::not_found);
    CHECK(server.commands.size() == 1);
}

TEST_CASE("one element of a changer that ignores the count, where an overflow looks like a loss") {
    for (std::uint16_t slots = 1; slots <= 200; ++slots) {
        CAPTURE(slots);
        ManualClock clock;
        ElementServer server;
        fill(server, slots);
        server.sends_eight_less = server.ignores_count = server.overflow_is_missing = true;
        Changer changer = open_changer(server, clock);
        const auto first = changer.read_element(ElementAddress{0x1000});
        REQUIRE_MESSAGE(first, (first ? "" : to_string(first.error())));
        CHECK(first->volume_tag == "T00000L8");
        CHECK(server.commands.size() <= 2);
    }
}

TEST_SUITE_END();
