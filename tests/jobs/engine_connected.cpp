// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr std::uint8_t move_medium = 0xA5;

struct Fixture : Bench {
    Fixture() { pass(3s); }

    std::string queue_load(const Json& more = Json::object()) {
        Json body{{"operation", "load"}, {"source", "slot:1"}, {"while_connected", true}};
        body.update(more);
        return queue(body);
    }

    void leave(const std::string& id) { take(engine().client_gone(id, now())); }

    Code code(const std::string& id) { return job(id).error ? job(id).error->code : Code::ok; }

    std::string log(const std::string& id) {
        std::string text;
        for (const auto& line : job(id).log)
            text += line.text + "\n";
        return text;
    }

    std::size_t moves() { return library().snapshot().count(move_medium); }

    std::string unlocked_door() {
        const auto id = queue({{"operation", "door"}, {"inventory", "none"}});
        REQUIRE(pass_until([&] { return phase(id) == "unlocked"; }));
        return id;
    }
};

const Json tomorrow{{"not_before", "2099-01-01T00:00:00Z"}};

} // namespace

TEST_SUITE("jobs/engine/connected") {
    TEST_CASE("a client that goes before its move was sent takes the job with it, and the log says "
              "so") {
        Fixture f;
        const auto id = f.queue_load();
        f.leave(id);
        CHECK(f.job(id).state == JobState::cancelled);
        CHECK(f.code(id) == Code::cancelled);
        CHECK(f.job(id).error->what.find("client") != std::string::npos);
        CHECK(f.log(id).find("closed its connection") != std::string::npos);
        f.pass(10s);
        CHECK(f.moves() == 0);
    }

    TEST_CASE("a move that has been sent is finished without its client") {
        Fixture f;
        f.hold = true;
        const auto id = f.queue_load();
        f.pass(1s);
        REQUIRE(f.waiting());
        REQUIRE(std::holds_alternative<MoveMedium>(f.waiting()->command));
        f.leave(id);
        CHECK_FALSE(f.finished(id));
        f.hold = false;
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.moves() == 1);
        CHECK(f.log(id).find("under way") != std::string::npos);
        CHECK(f.agrees());
    }

    TEST_CASE("a client that goes twice, late or for no job changes nothing") {
        Fixture f;
        const auto id = f.queue_load(tomorrow);
        f.leave(id);
        const auto records = f.records();
        f.leave(id);
        f.leave("main-99");
        CHECK(f.records() == records);
    }

    TEST_CASE("an inventory ends with its client after the command that runs") {
        Fixture f;
        f.hold = true;
        const auto id = f.queue({{"operation", "inventory"}, {"while_connected", true}});
        f.pass(1s);
        f.leave(id);
        CHECK_FALSE(f.finished(id));
        f.hold = false;
        f.pass(1s);
        CHECK(f.job(id).state == JobState::cancelled);
        CHECK(f.job(id).error->what.find("client") != std::string::npos);
    }

    TEST_CASE("a door whose client goes is locked again") {
        Fixture f;
        const auto id = f.queue({{"operation", "door"}, {"while_connected", true}});
        REQUIRE(f.pass_until([&] { return f.phase(id) == "unlocked"; }));
        f.leave(id);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::cancelled);
    }

    TEST_CASE("from unlocked until the door is closed a connected move is refused, naming the door "
              "job") {
        Fixture f;
        const auto door = f.unlocked_door();
        const Json load{{"operation", "load"}, {"source", "slot:1"}, {"while_connected", true}};
        const auto refused = f.submit(load);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::door_open);
        CHECK(refused.error().what.find(door) != std::string::npos);
        CHECK(f.submit({{"operation", "load"}, {"source", "slot:1"}}));
        CHECK(f.submit({{"operation", "inventory"}, {"while_connected", true}}));
        REQUIRE(f.library().open_door());
        REQUIRE(f.pass_until([&] { return f.phase(door) == "open"; }));
        CHECK(f.submit(load).error().code == Code::door_open);
        REQUIRE(f.library().close_door());
        REQUIRE(f.pass_until([&] { return f.finished(door); }));
        CHECK(f.submit(load));
    }

    TEST_CASE("a connected move that waits fails when the door is unlocked before its turn") {
        Fixture f;
        const auto waiting = f.queue_load(tomorrow);
        const auto patient = f.queue(
            {{"operation", "load"}, {"source", "slot:2"}, {"not_before", "2099-01-01T00:00:00Z"}});
        const auto door = f.unlocked_door();
        CHECK(f.job(waiting).state == JobState::failed);
        CHECK(f.code(waiting) == Code::door_open);
        CHECK(f.job(waiting).error->what.find(door) != std::string::npos);
        CHECK(f.job(patient).state == JobState::queued);
    }

    TEST_CASE("after a restart no client is left: what has not begun is cancelled, a move is "
              "judged") {
        Fixture f;
        const auto queued = f.queue_load(tomorrow);
        const auto other = f.queue({{"operation", "load"}, {"source", "slot:3"}});
        f.kill();
        CHECK(f.job(queued).state == JobState::cancelled);
        CHECK(f.log(queued).find("restart") != std::string::npos);
        CHECK_FALSE(f.job(other).state == JobState::cancelled);
        REQUIRE(f.pass_until([&] { return f.finished(other); }));
        f.hold = true;
        const auto begun =
            f.queue({{"operation", "load"}, {"source", "slot:1"}, {"while_connected", true}});
        f.pass(1s);
        REQUIRE(f.waiting());
        f.execute(f.waiting()->command);
        f.hold = false;
        f.kill();
        REQUIRE(f.pass_until([&] { return f.finished(begun); }));
        CHECK(f.job(begun).state == JobState::passed);
        CHECK(f.agrees());
    }
}
