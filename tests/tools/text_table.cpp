// SPDX-License-Identifier: Apache-2.0
#include "changerctl/text_table.hpp"

#include <doctest/doctest.h>

using namespace changer::ctl;

TEST_SUITE_BEGIN("tools/changerctl/text_table");

TEST_CASE("columns are aligned by characters, not by bytes") {
    TextTable table({"A", "B"});
    CHECK(table.empty());
    table.add({"x", "1"});
    table.add({"äöü", "2"});
    CHECK(table.str(false) == "A    B\nx    1\näöü  2\n");
}

TEST_CASE("nothing that steers a terminal comes through") {
    CHECK(changer::ctl::printable("a\x1b[2Jb\r\n\x7f") == "a?[2Jb???");
    CHECK(changer::ctl::printable("\xc2\x9b"
                                  "31m") == "??31m"); // CSI as one C1 character
    CHECK(changer::ctl::printable("\xff\xc0\x80 ä €") == "??? ä €");
    CHECK(changer::ctl::printable("\xe2\x82") == "??"); // cut short
    TextTable table({"A"});
    table.add({"\x1b[31mred"});
    CHECK(table.str(true).find('\x1b') == std::string::npos);
}

TEST_CASE("colours are for words of state, when they are wanted") {
    CHECK(coloured("online", false) == "online");
    CHECK(coloured("online", true) == "\x1b[32monline\x1b[0m");
    CHECK(coloured("A00001L8", true) == "A00001L8");
}

TEST_CASE("a line is cut to the width in characters") {
    CHECK(cut("äöüß", 2) == "äö");
    CHECK(cut("abc", 10) == "abc");
    CHECK(cut("", 3).empty());
}

TEST_SUITE_END();
