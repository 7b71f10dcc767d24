// SPDX-License-Identifier: Apache-2.0
#include "library/reconcile.hpp"

#include "shelf.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace changer;
using namespace changer::library;
using Lines = std::vector<std::string>;

namespace {

/// A, B and C in slots 1 to 3, slot 4 empty, all read once.
struct Fixture {
    Fixture() {
        shelf.put(shelf.slot(1), "A00001")
            .put(shelf.slot(2), "B00002")
            .put(shelf.slot(3), "C00003");
        read_all(model, shelf);
    }

    std::string id(std::string_view barcode) const {
        const auto records = model.with_barcode(barcode);
        return records.empty() ? "" : records.front()->id;
    }

    Lines diff() { return lines(read_all(model, shelf).diff); }

    Shelf shelf;
    Model model{"main"};
};

constexpr scsi::ElementAddress slot_address(unsigned number) {
    return scsi::ElementAddress(static_cast<std::uint16_t>(999 + number));
}

} // namespace

TEST_SUITE("library/reconcile") {
    TEST_CASE("the first read adds what it finds") {
        Fixture f;
        CHECK(f.model.media().size() == 3);
        CHECK(f.model.element(scsi::ElementType::storage, 2)->barcode == "B00002");
        CHECK(f.model.element(scsi::ElementType::storage, 4)->full == false);
        CHECK(f.model.media(f.id("A00001"))->home_slot == slot_address(1));
    }

    TEST_CASE("nothing changed: no difference and no document") {
        Fixture f;
        const auto outcome = read_all(f.model, f.shelf);
        CHECK(outcome.diff.empty());
        CHECK(outcome.elements.empty());
        CHECK(outcome.media.empty());
    }

    TEST_CASE("a taken cartridge goes offline and keeps its record") {
        Fixture f;
        const auto id = f.id("B00002");
        f.shelf.take(f.shelf.slot(2));
        CHECK(f.diff() == Lines{"removed B00002 storage:2 -> -"});
        REQUIRE(f.model.media(id) != nullptr);
        CHECK(f.model.media(id)->offline());
        CHECK(f.model.media(id)->last_location == slot_address(2));

        SUBCASE("and comes back as the same one, anywhere") {
            f.shelf.put(f.shelf.slot(4), "B00002");
            CHECK(f.diff() == Lines{"added B00002 - -> storage:4"});
            CHECK(f.id("B00002") == id);
            CHECK(f.model.media(id)->location == slot_address(4));
            CHECK(f.model.media().size() == 3);
        }
    }

    TEST_CASE("a moved cartridge keeps its record and gets a new home") {
        Fixture f;
        const auto id = f.id("A00001");
        f.shelf.take(f.shelf.slot(1)).put(f.shelf.slot(4), "A00001");
        CHECK(f.diff() == Lines{"moved A00001 storage:1 -> storage:4"});
        CHECK(f.model.media(id)->home_slot == slot_address(4));
        CHECK(f.model.element(scsi::ElementType::storage, 1)->media == std::nullopt);
    }

    TEST_CASE("two that exchanged places are swapped; a chain of three is moved") {
        Fixture f;
        f.shelf.put(f.shelf.slot(1), "B00002").put(f.shelf.slot(2), "A00001");
        CHECK(f.diff() == Lines{"swapped B00002 storage:2 -> storage:1",
                                "swapped A00001 storage:1 -> storage:2"});
        f.shelf.put(f.shelf.slot(1), "A00001").put(f.shelf.slot(2), "C00003");
        f.shelf.put(f.shelf.slot(3), "B00002");
        CHECK(f.diff() == Lines{"moved A00001 storage:2 -> storage:1",
                                "moved C00003 storage:3 -> storage:2",
                                "moved B00002 storage:1 -> storage:3"});
    }

    TEST_CASE("a cartridge exchanged for another is removed and added, not renamed") {
        Fixture f;
        const auto old = f.id("A00001");
        f.shelf.put(f.shelf.slot(1), "N00009");
        CHECK(f.diff() == Lines{"added N00009 - -> storage:1", "removed A00001 storage:1 -> -"});
        CHECK(f.model.media(old)->offline());
        CHECK(f.id("N00009") != old);
    }

    TEST_CASE("full with an unreadable tag: the previous cartridge is presumed, and listed") {
        Fixture f;
        const auto id = f.id("B00002");
        for (const std::string tag : {"", "\xFF\xFE\x01"}) {
            CAPTURE(tag);
            f.shelf.slot(2).volume_tag = tag;
            CHECK(f.diff() == Lines{"unreadable B00002 - -> storage:2"});
            const auto* element = f.model.element(scsi::ElementType::storage, 2);
            CHECK(element->media == id);
            CHECK(f.model.provenance(*element).kind == Knowledge::presumed);
        }
        f.shelf.slot(2).volume_tag = "B00002";
        CHECK(f.diff().empty());
        const auto* element = f.model.element(scsi::ElementType::storage, 2);
        CHECK(f.model.provenance(*element).kind == Knowledge::observed);
    }

    TEST_CASE("an unreadable tag where the previous cartridge was found elsewhere is a new one") {
        Fixture f;
        const auto id = f.id("B00002");
        f.shelf.put(f.shelf.slot(4), "B00002").put(f.shelf.slot(2), "");
        CHECK(f.diff() == Lines{"added ? - -> storage:2",
                                "moved B00002 storage:2 -> storage:4",
                                "unreadable ? - -> storage:2"});
        CHECK(f.model.media(id)->location == slot_address(4));
    }

    TEST_CASE("a tag that becomes readable names the cartridge that is already there") {
        Fixture f;
        f.shelf.put(f.shelf.slot(4), "");
        f.diff();
        const auto id = *f.model.element(scsi::ElementType::storage, 4)->media;
        f.shelf.put(f.shelf.slot(4), "D00004");
        CHECK(f.diff().empty());
        CHECK(f.model.media(id)->barcode == "D00004");
    }

    TEST_CASE("empty with an exception is not absent") {
        Fixture f;
        const auto id = f.id("C00003");
        f.shelf.take(f.shelf.slot(3));
        f.shelf.slot(3).exception = true;
        f.shelf.slot(3).asc = 0x83;
        CHECK(f.diff() == Lines{"unreadable C00003 - -> storage:3"});
        CHECK(f.model.media(id)->location == slot_address(3));
    }

    TEST_CASE("a magazine taken out leaves its slots not present and its cartridges offline") {
        Fixture f;
        const auto id = f.id("A00001");
        SUBCASE("by the disabled flag") {
            f.shelf.take(f.shelf.slot(1));
            f.shelf.slot(1).disabled = true;
        }
        SUBCASE("by 3B/12") {
            f.shelf.take(f.shelf.slot(1));
            f.shelf.slot(1).exception = true;
            f.shelf.slot(1).asc = 0x3B;
            f.shelf.slot(1).ascq = 0x12;
        }
        SUBCASE("by the list becoming shorter") {
            f.shelf.drop(1000);
        }
        CHECK(f.diff() == Lines{"not_present A00001 storage:1 -> -"});
        CHECK(f.model.media(id)->offline());
        REQUIRE(f.model.element(scsi::ElementType::storage, 1) != nullptr);
        CHECK(f.model.element(scsi::ElementType::storage, 1)->not_present);
        CHECK(f.model.element(scsi::ElementType::storage, 2)->barcode == "B00002");
        CHECK(f.diff().empty());

        Fixture back;
        f.shelf = back.shelf;
        CHECK(f.diff() == Lines{"added A00001 - -> storage:1"});
        CHECK(f.id("A00001") == id);
    }

    TEST_CASE("duplicates are both kept and flagged, and never moved by barcode") {
        Fixture f;
        const auto id = f.id("A00001");
        f.shelf.put(f.shelf.slot(4), "A00001");
        CHECK(f.diff() == Lines{"added A00001 - -> storage:4",
                                "duplicate A00001 - -> storage:1",
                                "duplicate A00001 - -> storage:4"});
        REQUIRE(f.model.with_barcode("A00001").size() == 2);
        for (const auto* record : f.model.with_barcode("A00001"))
            CHECK(record->duplicate);
        CHECK(f.model.media(id)->location == slot_address(1));

        SUBCASE("one of them turning up elsewhere is a stranger") {
            f.shelf.take(f.shelf.slot(1)).take(f.shelf.slot(4)).put(f.shelf.drive(1), "A00001");
            f.diff();
            CHECK(f.model.media(id)->offline());
        }
        SUBCASE("the flag goes when the other leaves") {
            f.shelf.take(f.shelf.slot(4));
            CHECK(f.diff() == Lines{"removed A00001 storage:4 -> -"});
            CHECK_FALSE(f.model.media(id)->duplicate);
        }
    }

    TEST_CASE("without a barcode reader only fullness counts") {
        Shelf shelf;
        Model model("main");
        for (auto* element : {&shelf.slot(1), &shelf.slot(2)}) {
            element->full = true;
            element->volume_tag.reset();
        }
        CHECK(lines(read_all(model, shelf).diff) ==
              Lines{"added ? - -> storage:1", "added ? - -> storage:2"});
        const auto id = *model.element(scsi::ElementType::storage, 1)->media;
        CHECK(read_all(model, shelf).diff.empty());
        CHECK(model.element(scsi::ElementType::storage, 1)->media == id);
        shelf.slot(1).full = false;
        shelf.slot(3).full = true;
        CHECK(lines(read_all(model, shelf).diff) ==
              Lines{"added ? - -> storage:3", "removed ? storage:1 -> -"});

        SUBCASE("and a magazine brings its cartridges back") {
            const auto third = *model.element(scsi::ElementType::storage, 3)->media;
            shelf.slot(3).disabled = true;
            read_all(model, shelf);
            CHECK(model.media(third)->offline());
            shelf.slot(3).disabled = false;
            read_all(model, shelf);
            CHECK(model.element(scsi::ElementType::storage, 3)->media == third);
        }
    }

    TEST_CASE("a read in which all tags are missing loses no cartridge") {
        Fixture f;
        for (unsigned n = 1; n <= 3; ++n)
            f.shelf.slot(n).volume_tag.reset();
        const auto id = f.id("A00001");
        CHECK(f.diff().size() == 3);
        CHECK(f.model.element(scsi::ElementType::storage, 1)->media == id);
        CHECK(f.model.media().size() == 3);
    }

    TEST_CASE("cleaning cartridges are known by their barcode or medium type") {
        Fixture f;
        f.shelf.put(f.shelf.slot(4), "CLN001L1").put(f.shelf.mail(1), "X00001");
        f.shelf.mail(1).medium_type = 2;
        f.diff();
        CHECK(f.model.media(f.id("CLN001L1"))->cleaner);
        CHECK(f.model.media(f.id("X00001"))->cleaner);
        CHECK_FALSE(f.model.media(f.id("A00001"))->cleaner);
    }

    TEST_CASE("a look at single elements follows a cartridge, but declares none absent") {
        Fixture f;
        const auto id = f.id("A00001");
        f.shelf.take(f.shelf.slot(1));
        const std::vector source{f.shelf.slot(1)};
        const auto gone = observe(f.model, {source, read_time, "main-2", std::nullopt});
        CHECK(gone.diff.size() == 1); // told as unreadable
        CHECK(f.model.media(id)->location == slot_address(1));
        CHECK(f.model.element(scsi::ElementType::storage, 1)->provenance.kind ==
              Knowledge::presumed);

        f.shelf.put(f.shelf.drive(1), "A00001");
        const std::vector drive{f.shelf.drive(1)};
        observe(f.model, {drive, read_time, "main-2", std::nullopt});
        CHECK(f.model.media(id)->location == scsi::ElementAddress{500});
        CHECK(f.model.element(scsi::ElementType::storage, 1)->media == std::nullopt);
        CHECK(f.model.media(id)->home_slot == slot_address(1));
    }

    TEST_CASE("our own move is inferred, and needs no barcode") {
        Fixture f;
        const auto id = f.id("A00001");
        const auto outcome =
            infer_move(f.model, slot_address(1), scsi::ElementAddress{500}, read_time, "main-3");
        CHECK(outcome.elements.size() == 2);
        CHECK(f.model.media(id)->location == scsi::ElementAddress{500});
        const auto* drive = f.model.element(scsi::ElementType::data_transfer, 1);
        CHECK(drive->barcode == "A00001");
        CHECK(f.model.provenance(*drive).kind == Knowledge::inferred);
        CHECK(f.model.element(scsi::ElementType::storage, 1)->full == false);
    }

    TEST_CASE("a comparison sees the slots, and not the mail slots and drives") {
        Fixture f;
        const auto differs_now = [&](CompareOptions options = {}) {
            const auto elements = f.shelf.read();
            return differs(f.model, {elements, read_time, "", std::nullopt}, options);
        };
        CHECK_FALSE(differs_now());
        f.shelf.put(f.shelf.mail(1), "M00001");
        CHECK_FALSE(differs_now());
        CHECK(differs_now({.everywhere = true}));
        f.shelf.put(f.shelf.slot(1), "B00002");
        CHECK(differs_now());
    }

    TEST_CASE("one change in a library of 60,000 slots costs one element and one record") {
        Shelf shelf(60000 - 1, 0, 0);
        for (unsigned n = 1; n <= 59000; ++n)
            shelf.put(shelf.slot(n), "T" + std::to_string(100000 + n));
        Model model("main");
        read_all(model, shelf);
        shelf.take(shelf.slot(30000));
        const auto outcome = read_all(model, shelf);
        CHECK(outcome.elements.size() == 1);
        CHECK(outcome.media.size() == 1);
        CHECK(lines(outcome.diff) == Lines{"removed T130000 storage:30000 -> -"});
    }
}
