// SPDX-License-Identifier: Apache-2.0
#include "changer/element_server.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/search");

namespace {

struct Opened {
    Opened() {
        server.elements = small_content();
        *server.at(ElementAddress{0x100}) = drive(0x100, "B00003L8");
        server.searches = true;
        changer.emplace(open_changer(server, clock));
    }

    /// Where they are that the changer finds.
    std::vector<unsigned> find(std::string wanted) {
        const auto found = changer->find_volume({.volume_identifier = std::move(wanted)});
        REQUIRE(found);
        std::vector<unsigned> places;
        for (const ElementStatus& element : *found)
            places.push_back(number(element.address));
        return places;
    }

    bool whole_library_was_read() const {
        return server.count(scsi::opcode::read_element_status) > 0;
    }

    ManualClock clock;
    ElementServer server;
    std::optional<Changer> changer;
};

using Addresses = std::vector<unsigned>;

} // namespace

TEST_CASE("a changer that can is asked to look for a barcode: two commands") {
    Opened it;
    CHECK(it.find("A00002L8") == Addresses{0x1001});
    CHECK(it.server.commands.size() == 2);
    CHECK(it.changer->features().tag_search == Support::yes);
    CHECK(it.find("A0000?L8") == Addresses{0x1000, 0x1001});
    CHECK(it.find("*3L8") == Addresses{0x100});
    CHECK_FALSE(it.whole_library_was_read());
}

TEST_CASE("one that cannot is asked once; then every element is read") {
    Opened it;
    it.server.searches = false;
    CHECK(it.find("B*") == Addresses{0x100});
    CHECK(it.find("A00001L8") == Addresses{0x1000});
    CHECK(it.server.count(scsi::opcode::send_volume_tag) == 1);
    CHECK(it.changer->features().tag_search == Support::no);
}

TEST_CASE("a search that found nothing, or something else, is not believed") {
    Opened it;
    SUBCASE("nothing") {
        CHECK(it.find("C*").empty());
    }
    SUBCASE("the template was cut") {
        it.server.template_room = 2;
        CHECK(it.find("A00002L8") == Addresses{0x1001});
    }
    SUBCASE("the template was cut to what others are like") {
        it.server.template_room = 8;
        CHECK(it.find("A00002L8*") == Addresses{0x1001});
    }
    SUBCASE("garbage") {
        it.server.instead.resize(1);
        it.server.instead.emplace_back([](const Request& request) {
            return ElementServer::good(request, hex("0000 0001 05 0000ff 09ffffff ffffffff"));
        });
        CHECK(it.find("A00002L8") == Addresses{0x1001});
    }
    SUBCASE("too long for a template") {
        CHECK(it.find("A00002L8" + std::string(32, '*')) == Addresses{0x1001});
        CHECK(it.server.count(scsi::opcode::send_volume_tag) == 0);
    }
    if (it.server.template_room != 8) // there it was right by the first two commands
        CHECK(it.whole_library_was_read());
}

TEST_CASE("an event between question and answer makes the search start over") {
    Opened it;
    it.server.instead.resize(1);
    it.server.instead.emplace_back([](const Request&) {
        return ElementServer::refused({0x6, 0x29, 0x00});
    });
    CHECK(it.find("A00002L8") == Addresses{0x1001});
    CHECK(it.server.count(scsi::opcode::send_volume_tag) == 2);
}

TEST_CASE("a changer that gives no answer is an error, not an absent cartridge") {
    Opened it;
    for (int i = 0; i < 40; ++i)
        it.server.instead.emplace_back([](const Request&) {
            return Error{Code::device_not_available, "gone"};
        });
    const auto found = it.changer->find_volume({.volume_identifier = "A*"});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == Code::device_not_available);
}

TEST_SUITE_END();
