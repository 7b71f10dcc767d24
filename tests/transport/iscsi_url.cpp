// SPDX-License-Identifier: Apache-2.0
#include "transport/iscsi_url.hpp"

#include <doctest/doctest.h>

using namespace changer;

TEST_SUITE("transport/iscsi_url") {
    TEST_CASE("host, port, target and LUN are read; the port may be left out") {
        CHECK(*parse_iscsi_url("iscsi://vtl.example:13260/iqn.2026-01.test:vtl/5") ==
              IscsiUrl{"vtl.example", 13260, "iqn.2026-01.test:vtl", 5});
        CHECK(*parse_iscsi_url("iscsi://10.0.0.7/eui.02004567A425678D/0") ==
              IscsiUrl{"10.0.0.7", 3260, "eui.02004567A425678D", 0});
        CHECK(*parse_iscsi_url("iscsi://[::1]:3261/iqn.a/16383") ==
              IscsiUrl{"::1", 3261, "iqn.a", 16383});
        CHECK(parse_iscsi_url("iscsi://[fe80::1%eth0]/iqn.a/1")->host == "fe80::1%eth0");
        CHECK(parse_iscsi_url("iscsi://h/iqn.a%3Ab%2Fc/1")->target == "iqn.a:b/c");
    }

    TEST_CASE("one device has one spelling") {
        CHECK(to_string(*parse_iscsi_url("iscsi://VTL/iqn.a:B/5")) == "iscsi://vtl:3260/iqn.a:B/5");
        CHECK(portal(*parse_iscsi_url("iscsi://[::1]/iqn.a/1")) == "[::1]:3260");
    }

    TEST_CASE("credentials are refused, and not repeated in the message") {
        const auto url = parse_iscsi_url("iscsi://tape%hunter2@host/iqn.a/1");
        REQUIRE_FALSE(url);
        CHECK(url.error().code == Code::invalid_parameter);
        CHECK(url.error().what.find("hunter2") == std::string::npos);
    }

    TEST_CASE("a part that is missing or wrong is named") {
        const auto what = [](std::string_view text) {
            const auto url = parse_iscsi_url(text);
            REQUIRE_FALSE(url);
            CHECK(url.error().code == Code::invalid_parameter);
            return url.error().what;
        };
        const auto names = [&](std::string_view text, std::string_view part) {
            return what(text).find(part) != std::string::npos;
        };
        CHECK(names("http://h/iqn.a/1", "not an iSCSI URL"));
        for (const auto* text : {"iscsi://",
                                 "iscsi:///iqn.a/1",
                                 "iscsi://h:/iqn.a/1",
                                 "iscsi://h:0/iqn.a/1",
                                 "iscsi://h:65536/iqn.a/1",
                                 "iscsi://h:-1/iqn.a/1",
                                 "iscsi://h h/iqn.a/1",
                                 "iscsi://::1/iqn.a/1",
                                 "iscsi://[::1/iqn.a/1",
                                 "iscsi://[::1]x/iqn.a/1",
                                 "iscsi://[]/iqn.a/1"}) {
            CAPTURE(text);
            CHECK(names(text, "host or port is wrong"));
        }
        CHECK(names("iscsi://h", "the target is missing"));
        CHECK(names("iscsi://h/", "the target is missing"));
        for (const auto* text : {"iscsi://h/target/1",
                                 "iscsi://h/iqn.a%/1",
                                 "iscsi://h/iqn.a%4/1",
                                 "iscsi://h/iqn.a%zz/1",
                                 "iscsi://h/iqn.a%00/1",
                                 "iscsi://h/iqn.a%20b/1"}) {
            CAPTURE(text);
            CHECK(names(text, "no iqn., eui. or naa. name"));
        }
        CHECK(names("iscsi://h/iqn." + std::string(223, 'a') + "/1", "no iqn."));
        CHECK(names("iscsi://h/iqn.a", "the LUN is missing"));
        for (const auto* text : {"iscsi://h/iqn.a/",
                                 "iscsi://h/iqn.a/x",
                                 "iscsi://h/iqn.a/1/",
                                 "iscsi://h/iqn.a/1 ",
                                 "iscsi://h/iqn.a/16384",
                                 "iscsi://h/iqn.a/-1",
                                 "iscsi://h/iqn.a/99999999999999999999"}) {
            CAPTURE(text);
            CHECK(names(text, "the LUN is no number"));
        }
    }
}
