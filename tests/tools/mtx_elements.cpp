// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "mtx/elements.hpp"
#include "scsi/smc/element_descriptor.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::mtx;
using changer::test::hex;
using scsi::ElementAddress;
using scsi::ElementType;

TEST_SUITE_BEGIN("tools/mtx/elements");

namespace {

constexpr unsigned first_slot = 0x400;
constexpr unsigned first_drive = 0x100;

/// A library of some slots, each full or not, and drives with the source each reports.
struct Shelf {
    Elements elements;

    void slot(bool full) {
        elements.add(
            ElementType::storage,
            {.address = static_cast<ElementAddress>(first_slot + elements.slots()), .full = full});
    }

    void mail(bool full) {
        elements.add(
            ElementType::import_export,
            {.address = static_cast<ElementAddress>(0x10 + elements.mail_slots()), .full = full});
    }

    void drive(bool full, std::optional<unsigned> source = std::nullopt) {
        ElementView view{.address = static_cast<ElementAddress>(first_drive + elements.drives()),
                         .full = full};
        if (source)
            view.source = static_cast<ElementAddress>(*source);
        elements.add(ElementType::data_transfer, view);
    }
};

Tag tag_of(std::string_view text) {
    return printed_part(std::as_bytes(std::span(text)));
}

} // namespace

TEST_CASE("a drive's cartridge goes back to the slot it reports, if that is empty") {
    Shelf shelf;
    shelf.slot(false);
    shelf.slot(false);
    shelf.slot(true);
    shelf.drive(true, first_slot + 1);
    shelf.drive(false, first_slot);
    CHECK(shelf.elements.homes() == std::vector<unsigned>{2, 0});
}

TEST_CASE("a reported slot that is full, or no slot, gives way to the first empty one") {
    Shelf shelf;
    shelf.slot(true);
    shelf.slot(false);
    shelf.slot(false);
    shelf.drive(true, first_slot);
    shelf.drive(true, 0);
    CHECK(shelf.elements.homes() == std::vector<unsigned>{2, 3});
}

TEST_CASE("a mail slot may be reported, but is never chosen") {
    Shelf shelf;
    shelf.slot(true);
    shelf.mail(false);
    shelf.mail(false);
    shelf.drive(true, 0x11);
    shelf.drive(true);
    CHECK(shelf.elements.homes() == std::vector<unsigned>{3, 0});
}

TEST_CASE("no two drives are given one slot, whatever they report") {
    Shelf shelf;
    shelf.slot(false);
    shelf.slot(false);
    shelf.slot(false);
    shelf.slot(false);
    SUBCASE("both report the same: nobody gets it") {
        shelf.drive(true, first_slot);
        shelf.drive(true, first_slot);
        CHECK(shelf.elements.homes() == std::vector<unsigned>{2, 3});
    }
    SUBCASE("one reports what would be the first empty one") {
        shelf.drive(true);
        shelf.drive(true, first_slot);
        CHECK(shelf.elements.homes() == std::vector<unsigned>{2, 1});
    }
    SUBCASE("more cartridges than slots") {
        for (int i = 0; i < 5; ++i)
            shelf.drive(true);
        CHECK(shelf.elements.homes() == std::vector<unsigned>{1, 2, 3, 4, 0});
    }
}

TEST_CASE("a cartridge that moves takes its tag along and leaves its slot as its source") {
    Elements elements;
    elements.add(ElementType::storage,
                 {.address = ElementAddress{1}, .full = true, .primary = {"A00001L8", 24}});
    elements.add(ElementType::storage, {.address = ElementAddress{2}, .primary = {"", 32}});
    elements.add(ElementType::data_transfer, {.address = ElementAddress{3}});
    CHECK(elements.homes() == std::vector<unsigned>{0});
    elements.moved(ElementAddress{1}, ElementAddress{3});
    CHECK_FALSE(elements.slot(1).full);
    CHECK(elements.slot(1).primary.empty());
    CHECK(elements.drive(0).full);
    CHECK(elements.drive(0).primary == Tag{"A00001L8", 24});
    CHECK(elements.homes() == std::vector<unsigned>{1});
    elements.moved(ElementAddress{3}, ElementAddress{2});
    CHECK(elements.slot(2).primary == Tag{"A00001L8", 24});
    CHECK(elements.drive(0).primary == Tag{"", 32});
    CHECK(elements.homes() == std::vector<unsigned>{0});
    elements.moved(ElementAddress{9}, ElementAddress{2}); // no such element: nothing happens
    CHECK(elements.slot(2).full);
}

TEST_CASE("slots are found by their address, with gaps and without") {
    Elements elements;
    for (const unsigned address : {10u, 11u, 20u, 5u})
        elements.add(ElementType::storage, {.address = static_cast<ElementAddress>(address)});
    elements.add(ElementType::import_export, {.address = ElementAddress{3}});
    CHECK(elements.slot_at(ElementAddress{11}) == 2);
    CHECK(elements.slot_at(ElementAddress{20}) == 3);
    CHECK(elements.slot_at(ElementAddress{5}) == 4);
    CHECK(elements.slot_at(ElementAddress{3}) == 5);
    CHECK(elements.slot_at(ElementAddress{12}) == 0);
}

TEST_CASE("of a volume tag is shown what comes before the first unprintable byte") {
    CHECK(tag_of("A00001L8                        ") == Tag{"A00001L8", 24});
    CHECK(tag_of(std::string_view("A B  \0C", 7)) == Tag{"A B", 2});
    CHECK(tag_of("\x7f\x80") == Tag{"\x7f", 0});
    CHECK(tag_of("\n") == Tag{});
    CHECK(tag_of("    ") == Tag{"", 4});
    CHECK(tag_of("") == Tag{});
}

TEST_CASE("of a descriptor is taken what it has; what is not installed is left out") {
    using Page = scsi::ElementDescriptor::Page;
    const Bytes slot = hex("0400 01 00 0000 000000 80 0401"
                           "4130303030314c38202020202020202020202020202020202020202020202020"
                           "00000000");
    for (std::size_t length = 4; length <= slot.size(); ++length) {
        CAPTURE(length);
        Elements elements;
        elements.add(scsi::ElementDescriptor(
            ElementType::storage, std::span(slot).first(length), Page{.primary = true}));
        REQUIRE(elements.slots() == 1);
        CHECK(elements.slot(1).full);
        CHECK(elements.slot(1).source.has_value() == (length >= 12));
        CHECK(elements.slot(1).primary == (length >= 44 ? Tag{"A00001L8", 24} : Tag{}));
    }
    Elements elements;
    const auto add = [&](ElementType type, std::string_view bytes) {
        const Bytes descriptor = hex(bytes);
        elements.add(scsi::ElementDescriptor(type, descriptor, Page{}));
    };
    add(ElementType::storage, "0400 01 00 8302 000000000000");
    add(ElementType::data_transfer, "0100 01 00 8304 000000000000");
    add(ElementType::transport, "0001 01 00 0000 000000000000");
    CHECK(elements.slots() + elements.drives() == 0);
    add(ElementType::storage, "0400 01 00 8304 000000000000");
    add(ElementType::data_transfer, "0100 01 00 8302 000000000000");
    add(ElementType::import_export, "0010 01 00 8302 000000000000");
    CHECK(elements.slots() == 2);
    CHECK(elements.drives() == 1);
}

TEST_CASE("an alternate tag without a primary one is read where it is") {
    const std::string bytes = "040001000000000000000000"
                              "414c540000000000000000000000000000000000000000000000000000000000"
                              "00000000";
    Elements elements;
    const Bytes descriptor = hex(bytes);
    elements.add(scsi::ElementDescriptor(
        ElementType::storage, descriptor, {.primary = false, .alternate = true}));
    CHECK(elements.slot(1).primary.empty());
    CHECK(elements.slot(1).alternate == Tag{"ALT", 0});
}
