// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "support/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

// The wall clock is set a day forward or back: only what people planned by it follows.

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

/// A bench whose ticks see a wall clock that somebody has set; answers of the device still see the
/// one before, so that it jumps between every two calls.
struct Fixture : Bench {
    Fixture() { pass(3s); }

    Now later() const {
        auto now = Bench::now();
        now.wall += jump;
        return now;
    }

    void pass_jumped(std::chrono::seconds duration) {
        for (std::chrono::seconds second{0}; second < duration; ++second) {
            clock().advance(1s);
            take(engine().tick(later()));
            carry_out_all();
        }
    }

    std::chrono::milliseconds jump{0};
};

/// The two ways a clock is set.
std::chrono::hours forward_and_back() {
    std::chrono::hours jump{24};
    SUBCASE("a day forward") {}
    SUBCASE("a day back") {
        jump = -jump;
    }
    return jump;
}

} // namespace

TEST_SUITE("jobs/engine/clock") {
    TEST_CASE("a door that nobody opens times out after as many seconds as ever") {
        Fixture f;
        const auto jump = forward_and_back();
        const auto door = f.queue({{"operation", "door"}});
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        f.jump = jump;
        f.pass_jumped(880s);
        CHECK(f.phase(door) == "unlocked");
        f.pass_jumped(60s);
        REQUIRE(f.finished(door));
        CHECK(f.job(door).error->code == Code::door_not_opened);
    }

    TEST_CASE("a door that stays open is asked for when it is due, and not before") {
        Fixture f;
        const auto jump = forward_and_back();
        const auto door = f.queue({{"operation", "door"}, {"max_open_seconds", 300}});
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        REQUIRE(f.library().open_door());
        REQUIRE(f.pass_until([&] { return f.phase(door) == "open"; }));
        f.jump = jump;
        f.pass_jumped(280s);
        const bool early = f.pending() != nullptr && f.pending()->type == "close_door";
        CHECK_FALSE(early);
        f.pass_jumped(40s);
        REQUIRE(f.pending() != nullptr);
        CHECK(f.pending()->type == "close_door");
        REQUIRE(f.library().close_door());
        f.pass_jumped(120s);
        CHECK(f.job(door).state == JobState::passed);
    }

    TEST_CASE("jobs run in the order they were queued") {
        Fixture f;
        const auto jump = forward_and_back();
        f.hold = true;
        f.queue({{"operation", "load"}, {"source", "1"}});
        f.turn();
        const auto first =
            f.queue({{"operation", "move"}, {"source", "slot:2"}, {"destination", "slot:7"}});
        Effects effects;
        f.jump = jump;
        const auto second = f.engine().submit(
            *parse_job_request(
                {{"operation", "move"}, {"source", "slot:3"}, {"destination", "slot:8"}}),
            {"uid:0", true, true, true},
            f.later(),
            effects);
        REQUIRE(second);
        f.take(std::move(effects));
        std::vector<std::string> moved;
        f.watch = [&](const DeviceCommand& command) {
            if (std::holds_alternative<MoveMedium>(command))
                moved.push_back(f.engine().active_job().value_or(""));
        };
        f.hold = false;
        f.carry_out_all();
        f.pass_jumped(30s);
        REQUIRE(moved.size() == 3);
        CHECK(moved[1] == first);
        CHECK(moved[2] == *second);
        CHECK(f.agrees());
    }

    TEST_CASE("a lost answer is waited for as long as ever") {
        Fixture f;
        const auto jump = forward_and_back();
        f.hold = true;
        const auto id = f.queue({{"operation", "load"}, {"source", "1"}});
        f.turn();
        f.lose_device();
        f.hold = false;
        f.jump = jump;
        f.pass_jumped(880s);
        CHECK_FALSE(f.finished(id));
        f.pass_jumped(60s);
        CHECK(f.finished(id));
    }

    TEST_CASE("only not_before follows the wall clock") {
        Fixture f;
        const Json at_night{
            {"operation", "load"}, {"source", "1"}, {"not_before", to_rfc3339(f.now().wall + 1h)}};
        const auto id = f.queue(at_night);
        f.pass(10s);
        CHECK(f.job(id).state == JobState::queued);
        SUBCASE("set forward: its time has come") {
            f.jump = 24h;
            f.pass_jumped(5s);
            CHECK(f.job(id).state == JobState::passed);
        }
        SUBCASE("set back: it is a day longer until then") {
            f.jump = -24h;
            f.clock().advance(24h);
            f.hold = true; // what the device answers still knows the time before
            f.take(f.engine().tick(f.later()));
            CHECK(f.job(id).state == JobState::queued);
            f.hold = false;
            f.clock().advance(2h);
            f.carry_out_all();
            f.pass_jumped(5s);
            CHECK(f.job(id).state == JobState::passed);
        }
    }
}
