// SPDX-License-Identifier: Apache-2.0
#include "library/findings.hpp"

#include "shelf.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::library;
using Lines = std::vector<std::string>;

namespace {

Identification tape(const std::string& label, const std::optional<std::string>& serial = {}) {
    Identification found;
    found.outcome = Identification::Outcome::labelled;
    found.label = {"ansi", label, ""};
    found.medium_serial = serial;
    return found;
}

Identification blank() {
    Identification found;
    found.outcome = Identification::Outcome::blank;
    return found;
}

/// A library without barcodes whose slots 1 to 3 are full, and what drives find in them.
struct Found {
    Model model{"main"};
    Shelf shelf;
    WallTime later = read_time;

    explicit Found(const std::vector<std::string>& barcodes = {"", "", ""}) {
        for (unsigned i = 0; i < barcodes.size(); ++i)
            shelf.put(shelf.slot(i + 1), barcodes[i]);
        read();
    }

    void read() {
        later += std::chrono::hours{1};
        const auto elements = shelf.read();
        reconcile(model, {elements, later, "main-1", std::nullopt});
    }

    Media in(unsigned slot) const {
        const auto* element = model.element(scsi::ElementType::storage, slot);
        const auto* media = element->media ? model.media(*element->media) : nullptr;
        return media != nullptr ? *media : Media{};
    }

    Found& find(unsigned slot, const Identification& found) {
        auto media = in(slot);
        media.finding = found;
        model.put(media);
        return *this;
    }

    Lines reckon() {
        const auto outcome = reconcile_findings(model, {later, later, "main-2"});
        for (const auto& [id, media] : model.media()) {
            CHECK_FALSE(media.finding);
            if (media.location)
                CHECK(model.element(*media.location)->media == id);
        }
        return lines(outcome.diff);
    }

    std::string label(unsigned slot) const {
        const auto media = in(slot);
        return media.identification && media.identification->label ? media.identification->label->id
                                                                   : "";
    }
};

} // namespace

TEST_SUITE("library/findings") {
    TEST_CASE("what is found for the first time is taken as it is, and is no change") {
        Found f;
        CHECK(f.find(1, tape("A")).find(2, tape("B")).find(3, blank()).reckon().empty());
        CHECK(f.label(1) == "A");
        CHECK(f.label(2) == "B");
        CHECK(f.in(3).identification->outcome == Identification::Outcome::blank);
        CHECK(f.model.media().size() == 3);
    }

    TEST_CASE("without barcodes two cartridges that changed places are swapped, not relabelled") {
        Found f;
        f.find(1, tape("A")).find(2, tape("B")).find(3, tape("C")).reckon();
        const auto a = f.in(1).id;
        const auto b = f.in(2).id;
        CHECK(f.find(1, tape("B")).find(2, tape("A")).find(3, tape("C")).reckon() ==
              Lines{"swapped ? storage:1 -> storage:2", "swapped ? storage:2 -> storage:1"});
        CHECK(f.in(1).id == b);
        CHECK(f.in(2).id == a);
        CHECK(f.model.media().size() == 3);
    }

    TEST_CASE("three that changed places in a ring have moved") {
        Found f;
        f.find(1, tape("A")).find(2, tape("B")).find(3, tape("C")).reckon();
        const auto moved = f.find(1, tape("C")).find(2, tape("A")).find(3, tape("B")).reckon();
        CHECK(moved.size() == 3);
        CHECK(f.label(1) == "C");
        CHECK(f.model.media().size() == 3);
    }

    TEST_CASE("a known cartridge in a new place is that cartridge: the stand-in is dropped") {
        Found f;
        f.find(1, tape("A")).find(2, tape("B")).find(3, tape("C")).reckon();
        const auto a = f.in(1).id;
        f.shelf.take(f.shelf.slot(1)).put(f.shelf.slot(4), "");
        f.read(); // it saw one go and another come
        CHECK(f.find(4, tape("A")).reckon() == Lines{"added ? - -> storage:4"});
        CHECK(f.in(4).id == a);
        CHECK(f.model.media().size() == 3);
    }

    TEST_CASE("a cartridge that came back from outside is the one it was") {
        Found f;
        f.find(1, tape("A", "S1")).find(2, tape("B", "S2")).find(3, tape("C", "S3")).reckon();
        const auto b = f.in(2).id;
        f.shelf.take(f.shelf.slot(2));
        f.read();
        f.shelf.put(f.shelf.slot(4), "");
        f.read();
        CHECK(f.find(4, tape("RELABELLED", "S2")).reckon() ==
              Lines{"added ? - -> storage:4", "relabelled ? - -> storage:4"});
        CHECK(f.in(4).id == b);
        CHECK(f.label(4) == "RELABELLED");
    }

    TEST_CASE("another label on the same chip, or behind the same barcode, is a relabelled one") {
        Found chips;
        chips.find(1, tape("A", "S1")).reckon();
        CHECK(chips.find(1, tape("X", "S1")).reckon() == Lines{"relabelled ? - -> storage:1"});
        Found barcodes({"A00001", "A00002", "A00003"});
        barcodes.find(1, tape("A")).reckon();
        CHECK(barcodes.find(1, tape("X")).reckon() == Lines{"relabelled A00001 - -> storage:1"});
        CHECK(barcodes.find(1, blank()).reckon() == Lines{"relabelled A00001 - -> storage:1"});
    }

    TEST_CASE("another chip behind the same barcode is another cartridge in its place") {
        Found f({"A00001", "A00002", "A00003"});
        f.find(1, tape("A", "S1")).reckon();
        const auto a = f.in(1).id;
        CHECK(f.find(1, tape("A", "S9")).reckon() ==
              Lines{"added A00001 - -> storage:1", "removed A00001 storage:1 -> -"});
        CHECK(f.in(1).id != a);
        CHECK(f.model.media(a)->offline());
        CHECK(f.model.media(a)->offline_reason == "another cartridge is in its place");
    }

    TEST_CASE("without barcodes another label is another cartridge, an erased one is not") {
        Found f;
        f.find(1, tape("A")).find(2, tape("B")).reckon();
        const auto a = f.in(1).id;
        const auto b = f.in(2).id;
        f.find(1, tape("Z")).find(2, blank()).reckon();
        CHECK(f.in(1).id != a);
        CHECK(f.in(2).id == b);
        CHECK(f.model.media(a)->offline());
    }

    TEST_CASE("copies of one label are never one cartridge") {
        Found f;
        f.find(1, tape("A")).find(2, tape("B")).find(3, tape("C")).reckon();
        f.find(1, tape("A")).find(2, tape("A")).reckon();
        CHECK(f.in(1).id != f.in(2).id);
        CHECK(f.label(1) == "A");
        CHECK(f.label(2) == "A");
        CHECK(f.in(3).id != "");
    }

    TEST_CASE("a cartridge with a new barcode label is found by its chip") {
        Found f({"A00001", "A00002", "A00003"});
        f.find(1, tape("A", "S1")).reckon();
        const auto a = f.in(1).id;
        f.shelf.put(f.shelf.slot(1), "N00001");
        f.read();
        REQUIRE(f.in(1).id != a);
        f.find(1, tape("A", "S1")).reckon();
        CHECK(f.in(1).id == a);
        CHECK(f.in(1).barcode == "N00001");
        CHECK(f.model.with_barcode("N00001").size() == 1);
        CHECK(f.model.media().size() == 3);
    }

    TEST_CASE("a chip that could not be read this time is not forgotten") {
        Found f;
        f.find(1, tape("A", "S1")).reckon();
        f.find(1, tape("A")).reckon();
        CHECK(f.in(1).identification->medium_serial == "S1");
    }

    TEST_CASE(
        "a cartridge found where its record does not expect it leaves its old place unnamed") {
        Found f;
        f.find(1, tape("A", "S1")).find(2, tape("B", "S2")).reckon();
        const auto a = f.in(1).id;
        f.find(2, tape("A", "S1")).reckon(); // slot 1 was not looked at
        CHECK(f.in(2).id == a);
        CHECK(f.in(1).id != a);
        CHECK_FALSE(f.in(1).identification);
        CHECK(f.in(1).location);
    }

    TEST_CASE("unreadable is told each time, and what was known before is not another cartridge") {
        Found f;
        f.find(1, tape("A", "S1")).reckon();
        const auto a = f.in(1).id;
        Identification unreadable;
        unreadable.outcome = Identification::Outcome::unreadable;
        CHECK(f.find(1, unreadable).reckon() == Lines{"unreadable ? - -> storage:1"});
        CHECK(f.in(1).id == a);
    }

    TEST_CASE("a document keeps what was found, and what is not one is refused") {
        auto found = tape("A", "S1");
        found.load_count = 7;
        found.first_block = "00ff";
        found.at = read_time;
        found.by = "main-2";
        Media media;
        media.id = "main-m1";
        media.identification = found;
        media.finding = blank();
        const auto document = to_json(media);
        const auto kept = media_from_text(document.dump());
        REQUIRE(kept);
        CHECK(*kept == media);
        for (const auto& item : document["identification"].items()) {
            const auto& key = item.key();
            CAPTURE(key);
            auto wrong = document;
            wrong["identification"][key] = nlohmann::json::array({1});
            CHECK_FALSE(media_from_text(wrong.dump()));
            wrong["identification"] = "text";
            CHECK_FALSE(media_from_text(wrong.dump()));
            wrong = document;
            wrong["finding"]["outcome"] = "eaten";
            CHECK_FALSE(media_from_text(wrong.dump()));
        }
    }
}
