// SPDX-License-Identifier: Apache-2.0
#include "device/physical_serial.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using changer::Identity;
using changer::physical_serial;

namespace {

std::string of(std::string vendor, std::string product, std::string serial) {
    Identity identity;
    identity.vendor = std::move(vendor);
    identity.product = std::move(product);
    identity.serial = std::move(serial);
    return physical_serial(identity);
}

} // namespace

TEST_SUITE_BEGIN("device/physical_serial");

TEST_CASE("partitions of an IBM 3584 differ by their first storage element address") {
    CHECK(of("IBM", "03584L32", "0000078B12170401") == "0000078B1217");
    CHECK(of("IBM", "03584L32", "0000078B12170A2f") == "0000078B1217");
    CHECK(of("IBM", "03584S54", "0000078B12170401") == "0000078B1217");
}

TEST_CASE("only what is an address is cut off the serial number of an IBM 3584") {
    CHECK(of("IBM", "03584L32", "0000078B1217") == "0000078B1217");
    CHECK(of("IBM", "03584L32", "0000078B121704") == "0000078B121704");
    CHECK(of("IBM", "03584L32", "0000078B1217040G") == "0000078B1217040G");
    CHECK(of("IBM", "03584L32", "0000078B121704012") == "0000078B121704012");
    CHECK(of("IBM", "ULT3580-TD5", "0000078B12170401") == "0000078B12170401");
    CHECK(of("ACME", "03584L32", "0000078B12170401") == "0000078B12170401");
}

TEST_CASE("partitions of other libraries have the number of the logical library at the end") {
    CHECK(of("IBM", "3573-TL", "00X2U78M1234_LL0") == "00X2U78M1234");
    CHECK(of("IBM", "3573-TL", "00X2U78M1234_LL12") == "00X2U78M1234");
    CHECK(of("ADIC", "Scalar i2000", "273101164_LL7") == "273101164");
    CHECK(of("QUANTUM", "Scalar i6000", "273101164_LLA") == "273101164");
}

TEST_CASE("what only looks like a logical library's number stays") {
    for (const char* serial : {"273101164_LL", "_LL7", "273101164_L7", "273101164_LLX", "_LL"}) {
        CAPTURE(serial);
        CHECK(of("QUANTUM", "Scalar i6000", serial) == serial);
    }
    CHECK(of("QUANTUM", "Scalar i6000", "A_LL1_LL2") == "A_LL1");
}

TEST_CASE("a whole library's serial number is its own, and none stays none") {
    CHECK(of("STK", "L700", "XYZZY_A") == "XYZZY_A");
    CHECK(of("STK", "L700", "").empty());
}

TEST_SUITE_END();
