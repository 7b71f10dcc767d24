// SPDX-License-Identifier: Apache-2.0
#include "support/text.hpp"

#include "hex.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

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

    TEST_CASE("text fit to be shown has no control characters and nothing that is no UTF-8") {
        CHECK(printable("VOL 0001-\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xBC") ==
              "VOL 0001-\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xBC");
        CHECK(printable(std::string_view("a\0b\n\x1B[2J\x7F", 9)) == "a\\x00b\\x0a\\x1b[2J\\x7f");
        CHECK(printable("\\x00") == "\\x5cx00");
        CHECK(printable("\xC2\x85") == "\\xc2\\x85");          // a control character of C1
        CHECK(printable("\xC0\xAF") == "\\xc0\\xaf");          // overlong
        CHECK(printable("\xE0\x80\xAF") == "\\xe0\\x80\\xaf"); // overlong
        CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80"); // half a surrogate pair
        CHECK(printable("\xF0\x8F\xBF\xBF")[0] == '\\');       // overlong
        CHECK(printable("\xF4\x90\x80\x80")[0] == '\\');       // beyond Unicode
        CHECK(printable("\xF5\x80\x80\x80")[0] == '\\');       // no such byte
        CHECK(printable("\xE2\x82") == "\\xe2\\x82");          // cut short
        CHECK(printable("\xE2\x41\x80") == "\\xe2"
                                           "A"
                                           "\\x80"); // broken off
    }

    TEST_CASE("two texts that differ do so when they are fit to be shown") {
        std::set<std::string> shown;
        for (unsigned one = 0; one < 256; ++one)
            for (unsigned other = 0; other < 256; ++other) {
                const std::string text{static_cast<char>(one), static_cast<char>(other)};
                shown.insert(printable(text));
            }
        CHECK(shown.size() == 65536);
    }

    TEST_CASE("an error says its context, its text and its sense code") {
        const Error refused{Code::device_refused, "command refused", Sense{5, 0x3B, 0x0E}};
        CHECK(to_string(Error(refused).in("move medium")) ==
              "move medium: command refused (5/3B/0E)");
    }
}
