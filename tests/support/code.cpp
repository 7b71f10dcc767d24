// SPDX-License-Identifier: Apache-2.0
#include "support/code.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace changer;

TEST_SUITE("support/code") {
    TEST_CASE("every code has a name of its own that leads back to it") {
        std::set<std::string_view> seen;
        for (int i = 0; i <= static_cast<int>(Code::invalid_handle); ++i) {
            const auto code = static_cast<Code>(i);
            CAPTURE(i);
            CHECK(seen.insert(name(code)).second);
            CHECK(code_from_name(name(code)) == code);
        }
    }

    TEST_CASE("a name that no row has is no code") {
        CHECK_FALSE(code_from_name(""));
        CHECK_FALSE(code_from_name("OK"));
    }

    TEST_CASE("the exit codes that scripts rely on stay what they are") {
        CHECK(info(Code::ok).exit == 0);
        CHECK(info(Code::door_not_opened).exit == 1);
        CHECK(info(Code::invalid_parameter).exit == 2);
        CHECK(info(Code::unreachable).exit == 3);
        CHECK(info(Code::access_denied).exit == 4);
        CHECK(info(Code::busy).exit == 5);
        CHECK(info(Code::wait_timeout).exit == 6);
        CHECK(info(Code::not_found).exit == 7);
        CHECK(info(Code::library_offline).exit == 8);
        CHECK(info(Code::resource_disabled).exit == 9);
        CHECK(info(Code::resource_not_present).exit == 10);
        CHECK(info(Code::database_failure).exit == 11);
        CHECK(info(Code::database_full).exit == 12);
        CHECK(info(Code::not_enough_memory).exit == 13);
        CHECK(info(Code::device_not_available).exit == 14);
        CHECK(info(Code::cancelled).exit == 15);
        CHECK(info(Code::stopped).exit == 16);
        CHECK(info(Code::interrupted).exit == 17);
    }
}
