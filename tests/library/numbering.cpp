// SPDX-License-Identifier: Apache-2.0
#include "library/numbering.hpp"

#include "shelf.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::library;

TEST_SUITE("library/numbering") {
    TEST_CASE("places are named by type and number, by address, or by the cartridge") {
        Shelf shelf(4, 2, 1);
        shelf.put(shelf.slot(3), "A00001").put(shelf.slot(4), "77").put(shelf.slot(1), "OUT");
        Model model("main");
        read_all(model, shelf);
        shelf.take(shelf.slot(1));
        read_all(model, shelf);
        const auto address = [&](std::string_view text) {
            const auto place = find_place(model, text, scsi::ElementType::storage);
            return place ? static_cast<int>(scsi::number(place->address)) : -1;
        };
        CHECK(address("slot:1") == 1000);
        CHECK(address("4") == 1003);
        CHECK(address("drive:2") == 501);
        CHECK(address("mail:1") == 2000);
        CHECK(address("@501") == 501);
        CHECK(address("A00001") == 1002);
        CHECK(address("77") == 1003); // no such slot, but such a barcode
        CHECK(find_place(model, "A00001", scsi::ElementType::storage)->barcode == "A00001");
        CHECK(place_name(model, scsi::ElementAddress{501}) == "drive:2");
        CHECK(place_name(model, scsi::ElementAddress{9}) == "@9");

        const auto code = [&](std::string_view text) {
            const auto place = find_place(model, text, scsi::ElementType::storage);
            return place ? Code::ok : place.error().code;
        };
        CHECK(code("slot:5") == Code::invalid_parameter);
        CHECK(code("slot:") == Code::invalid_parameter);
        CHECK(code("slot:1x") == Code::invalid_parameter);
        CHECK(code("drive:0") == Code::invalid_parameter);
        CHECK(code("@70000") == Code::invalid_parameter);
        CHECK(code("@7") == Code::invalid_parameter);
        CHECK(code("9") == Code::invalid_parameter);
        CHECK(code("NOSUCH") == Code::not_found);
        CHECK(code("OUT") == Code::resource_not_present);
        const auto missing = find_place(model, "slot:9", scsi::ElementType::storage);
        CHECK(missing.error().what.find("slot:1 to slot:4") != std::string::npos);
    }

    TEST_CASE("a barcode that two cartridges carry names none of them") {
        Shelf shelf;
        shelf.put(shelf.slot(1), "A00001").put(shelf.slot(2), "A00001");
        Model model("main");
        read_all(model, shelf);
        CHECK(find_place(model, "A00001", scsi::ElementType::storage).error().code == Code::failed);
    }
}
