// SPDX-License-Identifier: Apache-2.0
#include "changer/barcode.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace changer;

TEST_SUITE_BEGIN("changer/barcode");

TEST_CASE("a label is the same with and without its media id") {
    for (const std::string_view whole :
         {"A00001L8", "A00001LA", "A00001M8", "A00001LT", "A00001JD", "CLNU01CU", "CLN001L1"}) {
        CAPTURE(whole);
        CHECK(same_barcode(whole, whole));
        CHECK(same_barcode(whole, whole.substr(0, 6)));
        CHECK(same_barcode(whole.substr(0, 6), whole));
    }
}

TEST_CASE("labels that differ anywhere else are of two cartridges") {
    CHECK_FALSE(same_barcode("A00001L8", "A00001L7"));
    CHECK_FALSE(same_barcode("A00001L8", "A00002"));
    CHECK_FALSE(same_barcode("A00001L8", "A0000"));
    CHECK_FALSE(same_barcode("A00001L8", "A00001L"));
    CHECK_FALSE(same_barcode("A00001L8", ""));
    CHECK_FALSE(same_barcode("A0000111", "A00001")); // no media id: a longer label
    CHECK_FALSE(same_barcode("A00001L0", "A00001"));
    CHECK_FALSE(same_barcode("A00001L8X", "A00001"));
}

TEST_SUITE_END();
