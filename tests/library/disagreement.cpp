// SPDX-License-Identifier: Apache-2.0
#include "library/disagreement.hpp"

#include "shelf.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::library;
using nlohmann::json;

namespace {

/// A and B in slots 1 and 2, slots 3 and 4 empty; all read once.
struct Recorded {
    Recorded() {
        shelf.put(shelf.slot(1), "A00001").put(shelf.slot(2), "B00002");
        read_all(model, shelf);
    }

    std::vector<Disagreement> compared() const { return disagreements(model, shelf.read()); }

    Shelf shelf;
    Model model{"main"};
};

std::string said(const std::optional<Contents>& contents) {
    if (!contents)
        return "-";
    if (!contents->full)
        return "?";
    return *contents->full ? contents->barcode.value_or("full") : "empty";
}

/// Writes one in a line: "1000 A00001 empty".
std::vector<std::string> lines(const std::vector<Disagreement>& all) {
    std::vector<std::string> out;
    for (const auto& it : all)
        out.push_back(std::to_string(scsi::number(it.address)) + " " + said(it.recorded) + " " +
                      said(it.read));
    return out;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_SUITE("library/disagreement") {
    TEST_CASE("a map that is the library's disagrees nowhere") {
        const Recorded it;
        CHECK(it.compared().empty());
    }

    TEST_CASE("each element whose content differs is named, by address, and nothing is changed") {
        Recorded it;
        it.shelf.take(it.shelf.slot(1));
        it.shelf.put(it.shelf.slot(2), "C00003");
        it.shelf.put(it.shelf.drive(1), "A00001");
        const auto elements = it.model.elements();
        CHECK(lines(it.compared()) ==
              Lines{"500 empty A00001", "1000 A00001 empty", "1001 B00002 C00003"});
        CHECK(it.model.elements() == elements);
        CHECK(it.compared()[1].number == 1);
    }

    TEST_CASE("what the robot is not sure of, or cannot read, is no difference") {
        Recorded it;
        it.shelf.slot(1).full = false;
        it.shelf.slot(1).exception = true;
        it.shelf.slot(2).volume_tag = "";
        CHECK(it.compared().empty());
    }

    TEST_CASE("an element that only one side has is one") {
        Recorded it;
        it.shelf.drop(1001);
        it.shelf.slot(4).disabled = true;
        Recorded grown;
        grown.shelf = Shelf(5);
        grown.shelf.put(grown.shelf.slot(1), "A00001").put(grown.shelf.slot(2), "B00002");
        CHECK(lines(it.compared()) == Lines{"1001 B00002 -", "1003 empty -"});
        CHECK(lines(grown.compared()) == Lines{"1004 - empty"});
        CHECK(grown.compared()[0].number == std::nullopt);
    }

    TEST_CASE("an element that left with its magazine, and is not told of, is none") {
        Recorded it;
        it.shelf.slot(4).disabled = true;
        read_all(it.model, it.shelf);
        it.shelf.drop(1003);
        CHECK(it.compared().empty());
    }

    TEST_CASE("it is written as the contract says") {
        Recorded it;
        it.shelf.take(it.shelf.slot(1));
        it.shelf.drop(1001);
        const auto all = it.compared();
        REQUIRE(all.size() == 2);
        CHECK(to_json(all[0]) == json{{"address", 1000},
                                      {"type", "storage"},
                                      {"number", 1},
                                      {"recorded", {{"full", true}, {"barcode", "A00001"}}},
                                      {"read", {{"full", false}, {"barcode", nullptr}}}});
        CHECK(to_json(all[1])["read"].is_null());
    }
}
