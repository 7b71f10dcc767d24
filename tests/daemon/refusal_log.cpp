// SPDX-License-Identifier: Apache-2.0
#include "daemon/refusal_log.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace changer;
using namespace changer::daemon;

namespace {

/// A log and what it wrote.
struct Written {
    std::vector<std::string> lines;
    ManualClock clock;
    RefusalLog log{[this](const std::string& line) { lines.push_back(line); },
                   {.lines = 2, .principals = 2}};

    void refuse(const std::string& principal, const std::string& call = "GET /v1/jobs") {
        log.refused(principal, call, "no rights", clock.now());
    }
};

} // namespace

TEST_SUITE_BEGIN("daemon/refusal_log");

TEST_CASE("a refusal is one line with who, what and why") {
    Written written;
    written.refuse("uid:1000");
    CHECK(written.lines == std::vector<std::string>{"refused uid:1000: GET /v1/jobs: no rights"});
}

TEST_CASE("who is refused again and again gets so many lines a minute, and the rest is counted") {
    Written written;
    for (int i = 0; i < 7; ++i)
        written.refuse("uid:1000");
    CHECK(written.lines.size() == 2);
    written.refuse("uid:1001");
    CHECK(written.lines.size() == 3);
    written.clock.advance(std::chrono::minutes{1});
    written.refuse("uid:1001");
    REQUIRE(written.lines.size() == 5);
    CHECK(written.lines[3] == "refused uid:1000: 5 more calls");
    CHECK(written.lines[4] == "refused uid:1001: GET /v1/jobs: no rights");
}

TEST_CASE("beyond so many principals all others share their lines") {
    Written written;
    for (int i = 0; i < 100; ++i)
        written.refuse("uid:" + std::to_string(i));
    CHECK(written.lines.size() == 4);
    written.clock.advance(std::chrono::minutes{1});
    written.refuse("uid:0");
    CHECK(written.lines.at(4) == "refused others: 96 more calls");
}

TEST_CASE("a long path does not make a long line") {
    Written written;
    written.refuse("uid:1", "GET /" + std::string(8000, 'a'));
    CHECK(written.lines.at(0).size() < 400);
}

TEST_SUITE_END();
