// SPDX-License-Identifier: Apache-2.0
#include "changer/element_scan.hpp"

#include "element_server.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/element_scan");

namespace {

/// A changer with many slots, opened.
struct Scanned {
    ManualClock clock;
    ElementServer server;
    std::optional<Changer> changer;

    explicit Scanned(std::uint16_t slots) {
        server.geometry.storage = {ElementAddress{0x1000}, slots};
        server.largest_allocation = std::numeric_limits<std::size_t>::max();
        server.elements = {mail(0x10), drive(0x100), arm(0)};
        for (unsigned i = 0; i < slots; ++i)
            server.elements.push_back(slot(0x1000 + i, "A" + std::to_string(100'000 + i)));
    }

    Result<std::vector<unsigned>> scan(ElementType type = ElementType::storage) {
        if (!changer)
            changer.emplace(open_changer(server, clock));
        std::vector<unsigned> seen;
        auto done = changer->scan_elements(type, [&](const scsi::ElementDescriptor& element) {
            seen.push_back(number(element.address()));
        });
        return done ? Result<std::vector<unsigned>>(seen) : done.error();
    }

    std::vector<unsigned> addresses() const {
        std::vector<unsigned> all;
        for (const ElementStatus& element : server.elements)
            if (element.type == ElementType::storage)
                all.push_back(number(element.address));
        return all;
    }
};

} // namespace

TEST_CASE("every element of a type is visited once, by its address, in large portions") {
    for (const std::uint16_t count : {1, 2, 999, 2500, 2501, 10'000, 20'000}) {
        CAPTURE(count);
        Scanned it(count);
        const auto seen = it.scan();
        REQUIRE(seen);
        CHECK(*seen == it.addresses());
        CHECK(it.server.commands.size() == (count <= 2500 ? 1u : (count + 9'999u) / 10'000 + 1));
    }
}

TEST_CASE("a type without elements takes no command") {
    Scanned it(3);
    it.server.geometry.import_export.count = 0;
    const auto seen = it.scan(ElementType::import_export);
    REQUIRE(seen);
    CHECK(seen->empty());
    CHECK(it.server.commands.empty());
}

TEST_CASE("a transfer that is too large is made smaller, and stays so") {
    Scanned it(2'000);
    it.server.largest_transfer = 20'000;
    REQUIRE(it.scan());
    it.server.commands.clear();
    const auto seen = it.scan();
    REQUIRE(seen);
    CHECK(*seen == it.addresses());
    for (const scsi::Cdb& cdb : it.server.commands)
        CHECK(cdb.be(7, 3) <= 20'000);
}

TEST_CASE("a changer that refuses more than 16 bits of length is asked for less") {
    Scanned it(9'000);
    it.server.largest_allocation = 0xFFFF;
    const auto seen = it.scan();
    REQUIRE(seen);
    CHECK(*seen == it.addresses());
}

TEST_CASE("a changer without volume tags is asked without") {
    Scanned it(10);
    it.server.refuses_volume_tags = true;
    CHECK(it.scan());
    CHECK(it.changer->features().volume_tags == Support::no);
}

TEST_CASE("current data are not asked for unless they are known to work") {
    Scanned it(10);
    it.server.refuses_current_data = true;
    CHECK(it.scan());
    CHECK(it.server.commands.size() == 1);
}

TEST_CASE("gaps and fewer elements than page 1Dh says are what the changer reports") {
    Scanned it(10);
    std::erase_if(it.server.elements, [](const ElementStatus& element) {
        return number(element.address) == 0x1003 || number(element.address) == 0x1009;
    });
    SUBCASE("it says so by an empty answer") {}
    SUBCASE("it says so by 21/01") {
        it.server.ends_with_illegal_address = true;
    }
    const auto seen = it.scan();
    REQUIRE(seen);
    CHECK(*seen == it.addresses());
}

TEST_CASE("a changer that sends more than it was asked for is not counted twice") {
    Scanned it(6'000);
    it.server.ignores_count = true;
    const auto seen = it.scan();
    REQUIRE(seen);
    CHECK(*seen == it.addresses());
}

TEST_CASE("half an answer is an error, whatever its length") {
    const Bytes whole = status_bytes({slot(0x1000, "A"), slot(0x1001, "B"), slot(0x1002)});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        if (length == whole.size() - 8)
            continue; // all that tgt sends
        CAPTURE(length);
        Scanned it(3);
        it.changer.emplace(open_changer(it.server, it.clock));
        it.server.instead.emplace_back([&](const Request& request) {
            return ElementServer::good(
                request, Bytes(whole.begin(), whole.begin() + static_cast<int>(length)));
        });
        const auto seen = it.scan();
        REQUIRE_FALSE(seen);
        CHECK(seen.error().code == Code::malformed_response);
    }
}

TEST_CASE("one element is read by its number if nothing is missing before it") {
    Scanned it(100);
    it.changer.emplace(open_changer(it.server, it.clock));
    for (const std::uint16_t n : {0, 1, 50, 99}) {
        CAPTURE(n);
        const auto found = it.changer->read_nth(ElementType::storage, n);
        REQUIRE(found);
        REQUIRE(*found);
        CHECK(number((*found)->address) == 0x1000u + n);
        CHECK((*found)->volume_tag == "A" + std::to_string(100'000 + n));
    }
    CHECK(it.server.commands.size() == 4);
    const auto behind = it.changer->read_nth(ElementType::storage, 100);
    REQUIRE(behind);
    CHECK_FALSE(*behind);
    CHECK(it.server.commands.size() == 4);
}

TEST_CASE("with a gap before it, or something else amiss, a number proves nothing") {
    Scanned it(100);
    SUBCASE("a gap in the addresses") {
        std::erase_if(it.server.elements,
                      [](const ElementStatus& e) { return number(e.address) == 0x1003; });
        // The count of page 1Dh is the count of elements: the last one is behind the range.
        it.server.elements.push_back(slot(0x1064));
    }
    SUBCASE("fewer elements than the page says") {
        it.server.elements.pop_back();
    }
    SUBCASE("a count that is not told") {
        it.server.announces_nothing = true;
    }
    it.changer.emplace(open_changer(it.server, it.clock));
    const auto found = it.changer->read_nth(ElementType::storage, 50);
    REQUIRE(found);
    CHECK_FALSE(*found);
}
