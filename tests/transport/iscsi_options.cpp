// SPDX-License-Identifier: Apache-2.0
#include "transport/iscsi_options.hpp"

#include "temporary_directory.hpp"

#include <doctest/doctest.h>

using namespace changer;
using changer::test::TemporaryDirectory;
namespace fs = std::filesystem;

TEST_SUITE("transport/iscsi_options") {
    TEST_CASE("a session identifier is fixed for one program and device, and only for these") {
        const auto id = session_id("changerd", "iscsi://h:3260/iqn.a/5");
        CHECK(id == session_id("changerd", "iscsi://h:3260/iqn.a/5"));
        CHECK_FALSE(id == session_id("mtx", "iscsi://h:3260/iqn.a/5"));
        CHECK_FALSE(id == session_id("changerd", "iscsi://h:3260/iqn.a/6"));
        CHECK(id.random <= 0xFFFFFF);
    }

    TEST_CASE("a machine's initiator name is stable and does not give its id away") {
        const std::string id = "0123456789abcdef0123456789abcdef";
        const auto name = initiator_name(id);
        CHECK(name == initiator_name(id));
        CHECK(name != initiator_name("0123456789abcdef0123456789abcdee"));
        CHECK(name.starts_with("iqn.2026-01.local.changer:"));
        CHECK(name.find(id.substr(0, 8)) == std::string::npos);
    }

    TEST_CASE("configured names are kept, and have to be names") {
        const auto kept = completed({.initiator_name = "iqn.a:b", .session_owner = "x"});
        REQUIRE(kept);
        CHECK(kept->initiator_name == "iqn.a:b");
        CHECK(kept->session_owner == "x");
        CHECK_FALSE(completed({.initiator_name = "iqn.a:b"})->session_owner.empty());
        for (const auto& name : {std::string("host"), "iqn." + std::string(220, 'a')}) {
            const auto wrong = completed({.initiator_name = name});
            REQUIRE_FALSE(wrong);
            CHECK(wrong.error().code == Code::invalid_parameter);
        }
    }

    TEST_CASE("the CHAP secret is the first line of a file that nobody else can read") {
        const TemporaryDirectory directory;
        const auto with = [&](std::string_view text, fs::perms mode) {
            const auto path = directory.write("secret", text);
            fs::permissions(path, mode);
            return read_chap_secret(path);
        };
        constexpr auto ours = fs::perms::owner_read | fs::perms::owner_write;
        CHECK(*with("hunter2hunter2\nmore\n", ours) == "hunter2hunter2");
        CHECK(*with("hunter2", fs::perms::owner_read) == "hunter2");
        CHECK(with(std::string(255, 'x'), ours)->size() == 255);
        for (const auto mode :
             {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
            const auto open_to_others = with("hunter2", ours | mode);
            REQUIRE_FALSE(open_to_others);
            CHECK(open_to_others.error().what.find("0600") != std::string::npos);
            CHECK(open_to_others.error().what.find("hunter2") == std::string::npos);
        }
        CHECK_FALSE(with("", ours));
        CHECK_FALSE(with("\nhunter2", ours));
        CHECK_FALSE(with(std::string(256, 'x'), ours));
        CHECK_FALSE(with(std::string_view("a\0b", 3), ours));
        CHECK_FALSE(read_chap_secret("/nonexistent/secret"));
        CHECK_FALSE(read_chap_secret(directory.path().string()));
        CHECK_FALSE(read_chap_secret("/dev/null"));
    }
}
