// SPDX-License-Identifier: Apache-2.0
#include "daemon/cabinets.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace changer;
using daemon::DoorFacts;
using daemon::find_cabinets;
using Names = std::vector<std::string>;

namespace {

Identity
changer_of(std::string serial, std::string vendor = "IBM", std::string product = "3573-TL") {
    Identity identity;
    identity.vendor = std::move(vendor);
    identity.product = std::move(product);
    identity.serial = std::move(serial);
    return identity;
}

DoorFacts served(std::string id, const std::string& serial) {
    DoorFacts facts;
    facts.library = std::move(id);
    if (!serial.empty())
        facts.identity = changer_of(serial);
    return facts;
}

DoorFacts configured(std::string id, std::string cabinet, const std::string& serial = "") {
    DoorFacts facts = served(std::move(id), serial);
    facts.cabinet = std::move(cabinet);
    return facts;
}

} // namespace

TEST_SUITE_BEGIN("daemon/cabinets");

TEST_CASE("partitions of one physical library share its door, others do not") {
    const auto cabinets = find_cabinets(
        {served("b", "78X1_LL1"), served("a", "78X1_LL0"), served("c", "78X2_LL0")}, {});
    REQUIRE(cabinets.at("a"));
    CHECK(cabinets.at("a")->id == "ibm-78x1");
    CHECK(cabinets.at("a")->members == Names{"a", "b"});
    CHECK(cabinets.at("a")->foreign.empty());
    CHECK(cabinets.at("b") == cabinets.at("a"));
    CHECK_FALSE(cabinets.at("c"));
}

TEST_CASE("equal serial numbers of different vendors, and unknown ones, say nothing") {
    auto stranger = served("b", "");
    stranger.identity = changer_of("78X1", "STK", "L700");
    const auto cabinets =
        find_cabinets({served("a", "78X1"), stranger, served("c", ""), served("d", "")}, {});
    for (const auto& entry : cabinets) {
        CAPTURE(entry.first);
        CHECK_FALSE(entry.second);
    }
}

TEST_CASE("the configuration makes a cabinet of any libraries") {
    const auto cabinets = find_cabinets(
        {configured("a", "room"), configured("b", "room", "78X1"), served("c", "78X9")}, {});
    REQUIRE(cabinets.at("a"));
    CHECK(cabinets.at("a")->id == "room");
    CHECK(cabinets.at("a")->members == Names{"a", "b"});
    CHECK_FALSE(cabinets.at("c"));
}

TEST_CASE("a partition that is not configured belongs to the cabinet of one that is") {
    const auto cabinets =
        find_cabinets({configured("a", "room", "78X1_LL0"), served("b", "78X1_LL1")}, {});
    REQUIRE(cabinets.at("b"));
    CHECK(cabinets.at("b")->id == "room");
    CHECK(cabinets.at("b")->members == Names{"a", "b"});
}

TEST_CASE("partitions that the configuration sets apart stay apart") {
    const auto cabinets = find_cabinets({configured("a", "left", "78X1_LL0"),
                                         configured("b", "right", "78X1_LL1"),
                                         served("c", "78X1_LL2"),
                                         served("d", "78X1_LL3")},
                                        {});
    CHECK_FALSE(cabinets.at("a"));
    CHECK_FALSE(cabinets.at("b"));
    REQUIRE(cabinets.at("c")); // with two to choose from, only with its like
    CHECK(cabinets.at("c")->members == Names{"c", "d"});
}

TEST_CASE(
    "partitions that nobody here controls are named: configured, and attached but not served") {
    auto one = served("a", "78X1_LL0");
    one.foreign = {"the archive's"};
    const std::vector<Identity> attached{changer_of("78X1_LL0"),
                                         changer_of("78X1_LL5"),
                                         changer_of("78X2_LL5"),
                                         changer_of("78X1_LL6", "STK", "L700")};
    const auto cabinets = find_cabinets({one}, attached);
    REQUIRE(cabinets.at("a"));
    CHECK(cabinets.at("a")->members == Names{"a"});
    CHECK(cabinets.at("a")->foreign == Names{"IBM 3573-TL 78X1_LL5", "the archive's"});
}

TEST_SUITE_END();
