// SPDX-License-Identifier: Apache-2.0
#include "support/text.hpp"

#include "hex.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace std::chrono_literals;

TEST_SUITE("support/text") {
    TEST_CASE("padding of blanks, NULs or both is cut from the end only") {
        CHECK(trim_padding("A  ") == "A");
        CHECK(trim_padding(std::string_view("A \0 ", 4)) == "A");
        CHECK(trim_padding(" A") == " A");
        CHECK(trim_padding("   ").empty());
        CHECK(trim_padding("").empty());
    }

    TEST_CASE("hexadecimal goes both ways, and anything else is refused") {
        CHECK(to_hex(test::hex("00 ff 3B")) == "00ff3b");
        CHECK_FALSE(from_hex("0"));
        CHECK_FALSE(from_hex("0 0"));
        CHECK_FALSE(from_hex("0x00"));
    }

    TEST_CASE("times are RFC 3339 in UTC") {
        const WallTime time{std::chrono::sys_days{std::chrono::January / 31 / 2026} + 23h + 59min};
        CHECK(to_rfc3339(time) == "2026-01-31T23:59:00Z");
        CHECK(from_rfc3339("2026-01-31T23:59:00Z") == time);
        CHECK(from_rfc3339("2026-01-31T23:59:00.25Z") == time + 250ms);
        for (const auto* bad : {"",
                                "2026-01-31",
                                "2026-02-30T00:00:00Z",
                                "2026-01-31T24:00:00Z",
                                "2026-01-31T23:59:00+01:00",
                                "2026-01-31T23:59:00.Z",
                                "2026-01-31T23:59:00Zx",
                                "-026-01-31T23:59:00Z"}) {
            CAPTURE(bad);
            CHECK_FALSE(from_rfc3339(bad));
        }
    }

    TEST_CASE("an error says its context, its text and its sense code") {
        const Error refused{Code::device_refused, "command refused", Sense{5, 0x3B, 0x0E}};
        CHECK(to_string(Error(refused).in("move medium")) ==
              "move medium: command refused (5/3B/0E)");
    }
}
