// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "sim/fault.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

// What becomes of a job that a new run finds unfinished; one case for each kind of it.

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

struct Fixture : Bench {
    explicit Fixture(std::string_view simulated = "default?slots=8&drives=2&mail=1&tapes=4&instant")
        : Bench(simulated) {
        pass(3s);
    }

    /// Queues a job and lets it come to its first command, which waits.
    std::string begin(const Json& body) {
        hold = true;
        auto id = queue(body);
        turn();
        REQUIRE(waiting());
        return id;
    }

    /// Dies; with `done` the command was carried out and its answer lost.
    enum class Fate : std::uint8_t { not_sent, done };

    void die(Fate fate) {
        if (fate == Fate::done)
            execute(waiting()->command);
        hold = false;
        kill();
    }

    const Job& wait_for(const std::string& id) {
        REQUIRE(pass_until([&] { return finished(id); }, 1200s));
        return job(id);
    }
};

const Json load{{"operation", "load"}, {"source", "VT0002L8"}};

} // namespace

TEST_SUITE("jobs/engine/unfinished") {
    TEST_CASE("queued: it stays queued under its id, and runs") {
        Fixture f;
        f.begin(load);
        const auto queued = f.queue({{"operation", "load"}, {"source", "VT0003L8"}});
        f.die(Fixture::Fate::done);
        CHECK(f.job(queued).state == JobState::queued);
        CHECK(f.wait_for(queued).state == JobState::passed);
        CHECK(f.agrees());
    }

    TEST_CASE("door: it goes on from the phase that was recorded, after observing") {
        Fixture f;
        const auto door = f.queue({{"operation", "door"}, {"inventory", "fast"}});
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        REQUIRE(f.library().open_door());
        REQUIRE(f.pass_until([&] { return f.phase(door) == "open"; }));
        f.kill();
        CHECK(f.job(door).id == door);
        CHECK_FALSE(f.finished(door));
        f.pass(5s);
        CHECK(f.phase(door) == "open");
        REQUIRE(f.library().close_door());
        CHECK(f.wait_for(door).state == JobState::passed);
        CHECK(f.agrees());
    }

    TEST_CASE("inventory: it is taken again, under the same id") {
        Fixture f;
        const auto id = f.begin({{"operation", "inventory"}});
        f.die(Fixture::Fate::not_sent);
        CHECK(f.wait_for(id).state == JobState::passed);
        CHECK(f.job(id).result["inventory"] == "fast");
    }

    TEST_CASE("move that was done: it has passed") {
        Fixture f;
        const auto id = f.begin(load);
        f.die(Fixture::Fate::done);
        CHECK(f.wait_for(id).state == JobState::passed);
        CHECK(f.library().snapshot().at(f.at("drive:1")) == "VT0002L8");
        CHECK(f.agrees());
    }

    TEST_CASE("move that was not done: it has failed, interrupted, and is not sent again") {
        Fixture f;
        const auto id = f.begin(load);
        f.die(Fixture::Fate::not_sent);
        int moves = 0;
        f.watch = [&](const DeviceCommand& command) {
            moves += std::holds_alternative<MoveMedium>(command) ? 1 : 0;
        };
        const auto& job = f.wait_for(id);
        CHECK(job.state == JobState::failed);
        REQUIRE(job.error);
        CHECK(job.error->code == Code::interrupted);
        CHECK(job.error->what.find("still where it was") != std::string::npos);
        CHECK(moves == 0);
        CHECK(f.agrees());
    }

    TEST_CASE("exchange of which no step was told: nothing physical had begun, and it runs") {
        Fixture f;
        const auto id =
            f.begin({{"operation", "exchange"}, {"source", "slot:1"}, {"destination", "slot:2"}});
        f.die(Fixture::Fate::not_sent);
        CHECK(f.job(id).state == JobState::queued);
        CHECK(f.wait_for(id).state == JobState::passed);
        CHECK(f.agrees());
    }

    TEST_CASE("exchange cut after its first move: what was not begun is listed, not run") {
        Fixture f;
        const auto fault = sim::parse_fault("A6:sense=5/20/00x99"); // no such command: three moves
        REQUIRE(fault);
        f.library().inject(*fault);
        f.kill_at(5, Cut::after_command); // job, start, refused exchange: told and over, first move
        const auto id =
            f.queue({{"operation", "exchange"}, {"source", "slot:1"}, {"destination", "slot:2"}});
        const auto& job = f.wait_for(id);
        CHECK(job.state == JobState::failed);
        REQUIRE(job.error);
        CHECK(job.error->code == Code::interrupted);
        CHECK(job.error->what.find("not run: ") != std::string::npos);
        CHECK(job.result["steps"].back()["state"] == "not_run");
        CHECK(f.agrees());
    }

    TEST_CASE("position: it has failed, and says that nothing was moved") {
        Fixture f;
        const auto id = f.begin({{"operation", "position"}, {"destination", "slot:3"}});
        f.die(Fixture::Fate::done);
        const auto& job = f.wait_for(id);
        REQUIRE(job.error);
        CHECK(job.error->code == Code::interrupted);
        CHECK(job.error->what.find("no cartridge was moved") != std::string::npos);
    }

    TEST_CASE("enable, disable: passed, or absent") {
        Fixture f;
        const auto next = "main-" + std::to_string(f.engine().jobs().size() + 1);
        SUBCASE("the record was written") {
            const auto id = f.queue({{"operation", "disable"}});
            CHECK(id == next);
            f.kill();
            CHECK(f.job(id).state == JobState::passed);
            CHECK_FALSE(f.engine().settings().enabled.value);
        }
        SUBCASE("it was not") {
            Effects lost;
            REQUIRE(f.engine().submit(*parse_job_request({{"operation", "disable"}}),
                                      {"uid:0", true, true, true},
                                      f.now(),
                                      lost));
            f.kill();
            CHECK(f.engine().job(next) == nullptr);
            CHECK(f.engine().settings().enabled.value);
        }
    }
}
