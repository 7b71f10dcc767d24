// SPDX-License-Identifier: Apache-2.0
#include "changerctl/command_line.hpp"

#include "changerctl/start_time.hpp"
#include "support/text.hpp"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <time.h>

#include <set>

using namespace changer;
using namespace changer::ctl;

namespace {

Invocation parsed(const std::vector<std::string>& words) {
    auto invocation = parse_command_line(words);
    if (!invocation)
        FAIL(invocation.error().what);
    return std::move(*invocation);
}

} // namespace

TEST_SUITE_BEGIN("tools/changerctl/command_line");

TEST_CASE("a door job's words are understood") {
    const auto typed = parsed({"-l",
                               "main",
                               "--no-wait",
                               "door",
                               "open",
                               "--inventory",
                               "fast",
                               "--max-open",
                               "60",
                               "--not-before",
                               "22:00"});
    REQUIRE(typed.command != nullptr);
    CHECK(typed.command->name == "door");
    CHECK(typed.globals.library == "main");
    CHECK(typed.globals.no_wait);
    CHECK_FALSE(typed.globals.json);
    CHECK(typed.arguments.operands == std::vector<std::string>{"open"});
    CHECK(typed.arguments.option("--inventory") == "fast");
    CHECK(typed.arguments.option("--max-open") == "60");
    CHECK(typed.arguments.option("--not-before") == "22:00");
}

TEST_CASE("an option with a letter is understood either way") {
    for (const char* word : {"-v", "--verbose"})
        CHECK(parsed({"status", word}).arguments.option("--verbose").has_value());
    CHECK_FALSE(parsed({"status"}).arguments.option("--verbose"));
}

TEST_CASE("an unknown command is named, a missing one asked for") {
    const auto unknown = parse_command_line({"--json", "frobnicate", "now"});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == Code::usage);
    CHECK(unknown.error().what == "there is no command \"frobnicate\"");
    const auto missing = parse_command_line({"--json"});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what == "which command?");
}

TEST_CASE("global options stand before or behind the command") {
    const auto typed = parsed({"status", "--json", "-l", "x", "--socket", "/s", "--timeout", "5"});
    CHECK(typed.globals.json);
    CHECK(typed.globals.library == "x");
    CHECK(typed.globals.socket_path == "/s");
    CHECK(typed.globals.timeout == std::chrono::seconds{5});
    CHECK(parsed({"jobs"}).globals.socket_path == "/run/changer/api.sock");
    CHECK_FALSE(parsed({"jobs"}).arguments.option("--all"));
    CHECK(parsed({"jobs", "--all"}).arguments.option("--all"));
}

TEST_CASE("what cannot be meant is refused with a sentence") {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {},
             {"explode"},
             {"status", "extra"},
             {"status", "--inventory", "fast"},
             {"load"},
             {"load", "1", "2", "3"},
             {"move", "1"},
             {"door", "ajar"},
             {"door", "open", "--inventory", "slot"},
             {"door", "open", "--inventory"},
             {"inventory", "slot"},
             {"identify"},
             {"answer", "main-r1"},
             {"answer", "main-r1", "maybe"},
             {"--timeout", "-1", "wait", "main-1"},
             {"--timeout", "soon", "wait", "main-1"},
             {"--timeout", "1.5", "wait", "main-1"},
             {"--no-such-option", "jobs"},
         }) {
        CAPTURE(words);
        const auto refused = parse_command_line(words);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::usage);
        CHECK(refused.error().what.size() > 10);
    }
}

TEST_CASE("help and version are text and no error") {
    const auto help = parsed({"--help"});
    CHECK(help.command == nullptr);
    for (const Command& command : commands()) {
        CAPTURE(command.name);
        CHECK(help.text.find("  " + std::string(command.name)) != std::string::npos);
        const auto own = parsed({std::string(command.name), "--help"});
        CHECK(own.command == nullptr);
        CHECK(own.text.find(command.help.substr(0, 20)) != std::string::npos);
    }
    CHECK_FALSE(parsed({"--version"}).text.empty());
}

TEST_CASE("the table has each command once, each with a group, a help and something to run") {
    std::set<std::string_view> names;
    for (const Command& command : commands()) {
        CAPTURE(command.name);
        CHECK(names.insert(command.name).second);
        CHECK_FALSE(command.group.empty());
        CHECK_FALSE(command.help.empty());
        CHECK((command.run != nullptr));
    }
    for (const char* name : {"libraries",
                             "status",
                             "media",
                             "door",
                             "inventory",
                             "diff",
                             "load",
                             "unload",
                             "move",
                             "jobs",
                             "job",
                             "wait",
                             "cancel",
                             "requests",
                             "answer",
                             "events",
                             "discover"})
        CHECK(names.count(name) == 1);
}

TEST_CASE("a start is an instant, or the next time the clock shows it") {
    REQUIRE(::setenv("TZ", "UTC-2", 1) == 0); // two hours east
    ::tzset();
    const auto now = *from_rfc3339("2026-01-31T19:30:00Z"); // 21:30 here
    CHECK(*parse_start_time("2026-02-01T00:00:00Z", now) == "2026-02-01T00:00:00Z");
    CHECK(*parse_start_time("22:00", now) == "2026-01-31T20:00:00Z");
    CHECK(*parse_start_time("21:30", now) == "2026-02-01T19:30:00Z");
    CHECK(*parse_start_time("00:15", now) == "2026-01-31T22:15:00Z");
    for (const char* text :
         {"", "24:00", "12:60", "noon", "1:00", "12-00", "2026-02-30T00:00:00Z"}) {
        CAPTURE(text);
        const auto refused = parse_start_time(text, now);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::usage);
    }
}

TEST_SUITE_END();
