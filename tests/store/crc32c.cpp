// SPDX-License-Identifier: Apache-2.0
#include "store/crc32c.hpp"

#include <doctest/doctest.h>

using namespace changer::store;

TEST_SUITE_BEGIN("store/crc32c");

TEST_CASE("the check value of the Castagnoli polynomial comes out") {
    CHECK(crc32c("123456789") == 0xE3069283);
    CHECK(crc32c("") == 0);
    CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA); // RFC 3720 B.4, 32 bytes of zeroes
}

TEST_CASE("a checksum can be continued over the next piece") {
    CHECK(crc32c("456789", crc32c("123")) == crc32c("123456789"));
}

TEST_CASE("a checksum is written as eight lower-case digits") {
    CHECK(crc_text(0xE3069283) == "e3069283");
    CHECK(crc_text(0x1F) == "0000001f");
}

TEST_SUITE_END();
