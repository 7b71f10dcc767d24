// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "jobs/job_views.hpp"
#include "support/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr auto last = std::numeric_limits<std::uint32_t>::max();
const Principal anybody{"uid:0", true, true, true};

struct Fixture : Bench {
    Fixture() { pass(3s); }

    explicit Fixture(std::string_view simulated)
        : Bench(simulated) {
        pass(3s);
    }

    std::string move(int from, int to) {
        return queue({{"operation", "move"},
                      {"source", "slot:" + std::to_string(from)},
                      {"destination", "slot:" + std::to_string(to)}});
    }

    Code order(const std::string& id, std::uint32_t position, const Principal& who = anybody) {
        Effects effects;
        const auto done = engine().set_order(id, position, who, now(), effects);
        take(std::move(effects));
        return done ? Code::ok : done.error().code;
    }

    /// Opens and closes the door for a job, and returns it as it is about to read the elements.
    /// Until then nobody can tell when it ends.
    std::string scanning(const Json& body) {
        auto door = queue(body);
        REQUIRE(pass_until([&] { return phase(door) == "unlocked"; }));
        CHECK(view(door)["eta"].is_null());
        REQUIRE(library().open_door());
        REQUIRE(pass_until([&] { return phase(door) == "open"; }));
        CHECK(view(door)["eta"].is_null());
        REQUIRE(library().close_door());
        on_record = [&] {
            hold = phase(door) == "scanning";
            return false;
        };
        REQUIRE(pass_until([&] { return hold; }));
        on_record = nullptr;
        hold = false;
        return door;
    }

    /// Lets everything run, and returns the jobs in the order they started.
    std::vector<std::string> run_order() {
        std::vector<std::string> started;
        watch = [&](const DeviceCommand& command) {
            if (std::holds_alternative<MoveMedium>(command) && engine().active_job())
                started.push_back(*engine().active_job());
        };
        hold = false;
        carry_out_all();
        REQUIRE(pass_until([&] {
            for (const auto& [id, job] : engine().jobs())
                if (!job.finished())
                    return false;
            return true;
        }));
        watch = nullptr;
        return started;
    }

    Json view(const std::string& id) { return JobViews(engine(), now()).view(job(id)); }

    Json waiting(const std::string& id) { return view(id)["waiting"]; }
};

using Ids = std::vector<std::string>;

} // namespace

TEST_SUITE("jobs/engine/queue") {
    TEST_CASE("an operator puts queued jobs first, last, and in between, and a restart keeps it") {
        Fixture f;
        f.hold = true;
        const auto running = f.move(1, 5);
        f.turn();
        const auto a = f.move(2, 6);
        const auto b = f.move(3, 7);
        const auto c = f.move(4, 8);
        Ids expected;
        SUBCASE("the last one first") {
            REQUIRE(f.order(c, 1) == Code::ok);
            expected = {running, c, a, b};
        }
        SUBCASE("the first one last") {
            REQUIRE(f.order(a, last) == Code::ok);
            expected = {running, b, c, a};
        }
        SUBCASE("one in between, then another first") {
            REQUIRE(f.order(c, 2) == Code::ok);
            REQUIRE(f.order(b, 1) == Code::ok);
            expected = {running, b, a, c};
        }
        SUBCASE("two last: in the order they were put there") {
            REQUIRE(f.order(c, last) == Code::ok);
            REQUIRE(f.order(b, last) == Code::ok);
            expected = {running, a, c, b};
        }
        CHECK(f.run_order() == expected);
        CHECK(f.agrees());
    }

    TEST_CASE("an order survives a restart") {
        Fixture f;
        f.hold = true;
        f.move(1, 5);
        f.turn();
        const auto a = f.move(2, 6);
        const auto b = f.move(3, 7);
        REQUIRE(f.order(b, 1) == Code::ok);
        f.kill();
        const auto started = f.run_order();
        REQUIRE(started.size() >= 2);
        CHECK(started[started.size() - 2] == b);
        CHECK(started.back() == a);
    }

    TEST_CASE("only a queued job is put elsewhere, by who may control the library") {
        Fixture f;
        f.hold = true;
        const auto running = f.move(1, 5);
        f.turn();
        const auto queued = f.move(2, 6);
        CHECK(f.order("main-99", 1) == Code::not_found);
        CHECK(f.order(running, 1) == Code::busy);
        CHECK(f.order(queued, 1, {"uid:7", true, true, false}) == Code::access_denied);
        CHECK(f.view(queued)["order"].is_null());
    }

    TEST_CASE("asked again while it is queued, it is the same job; asked by another, it is not") {
        Fixture f;
        f.hold = true;
        const auto running = f.move(1, 5);
        f.turn();
        const Json body{{"operation", "move"}, {"source", "slot:2"}, {"destination", "slot:6"}};
        const auto records = f.records();
        const auto first = f.queue(body);
        CHECK(f.queue(body) == first);
        CHECK(f.records() == records + 1);
        auto other = body;
        other["priority"] = 1;
        CHECK(f.queue(other) != first);
        Effects effects;
        const auto by_another = f.engine().submit(
            *parse_job_request(body), {"uid:7", true, true, true}, f.now(), effects);
        f.take(std::move(effects));
        CHECK(*by_another != first);
        CHECK(f.queue({{"operation", "door"}}) != f.queue({{"operation", "door"}}));
        auto tied = body;
        tied["while_connected"] = true;
        CHECK(f.queue(tied) != f.queue(tied));
        CHECK(f.queue({{"operation", "move"}, {"source", "slot:1"}, {"destination", "slot:5"}}) !=
              running); // it runs already: who asks now wants it once more
    }

    TEST_CASE("a job says what it waits for") {
        Fixture f;
        const auto later = f.queue({{"operation", "load"},
                                    {"source", "4"},
                                    {"not_before", to_rfc3339(f.now().wall + 1h)}});
        CHECK(f.waiting(later)["reason"] == "not_before");
        CHECK(f.waiting(later)["until"] == to_rfc3339(f.now().wall + 1h));
        f.hold = true;
        const auto running = f.move(1, 5);
        f.turn();
        const auto next = f.move(2, 6);
        const auto behind = f.move(3, 7);
        CHECK(f.waiting(running).is_null());
        CHECK(f.waiting(next)["reason"] == "job");
        CHECK(f.waiting(next)["job"] == running);
        CHECK(f.waiting(behind)["job"] == next);
        f.queue({{"operation", "disable"}});
        CHECK(f.waiting(next)["reason"] == "disabled");
        f.queue({{"operation", "enable"}});
        f.lose_device();
        CHECK(f.waiting(running)["reason"] == "library_offline");
        CHECK(f.waiting(next)["reason"] == "job");
    }

    TEST_CASE("a door waits for its human, a merged one for the other") {
        Fixture f;
        const auto door = f.queue({{"operation", "door"}, {"max_open_seconds", 0}});
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        const auto second = f.queue({{"operation", "door"}});
        f.pass(2s);
        CHECK(f.waiting(second)["reason"] == "merged");
        CHECK(f.waiting(second)["job"] == door);
        REQUIRE(f.library().open_door());
        REQUIRE(f.pass_until([&] { return f.pending() != nullptr; }));
        CHECK(f.waiting(door)["reason"] == "operator");
        CHECK(f.waiting(door)["operator_request"] == f.pending()->id);
        CHECK(f.view(door)["eta"].is_null());
    }

    TEST_CASE("when a move will have ended is learned from this library's own moves") {
        Fixture f;
        f.hold = true;
        const auto first = f.move(1, 5);
        f.turn();
        CHECK(f.view(first)["eta"].is_null());
        f.clock().advance(40s);
        f.hold = false;
        f.carry_out_all();
        REQUIRE(f.job(first).state == JobState::passed);
        f.hold = true;
        const auto second = f.move(2, 6);
        f.turn();
        CHECK(f.view(second)["eta"] == to_rfc3339(*f.job(second).started_at + 40s));
        const auto next = f.move(3, 7);
        CHECK(f.waiting(next)["until"] == f.view(second)["eta"]);
        f.clock().advance(41s); // longer than ever: nobody knows
        CHECK(f.view(second)["eta"].is_null());
    }

    TEST_CASE("when a door's inventory will have ended is learned from earlier inventories") {
        Fixture f;
        const auto inventory = f.queue({{"operation", "inventory"}, {"inventory", "fast"}});
        f.hold = true;
        f.turn();
        CHECK(f.view(inventory)["eta"].is_null());
        f.clock().advance(30s);
        f.hold = false;
        f.carry_out_all();
        REQUIRE(f.finished(inventory));

        const auto first = f.scanning({{"operation", "door"}, {"inventory", "fast"}});
        CHECK(f.view(first)["eta"] == to_rfc3339(*f.job(first).inventory_began + 30s));
        f.clock().advance(50s); // longer than ever: nobody knows
        CHECK(f.view(first)["eta"].is_null());
        f.carry_out_all();
        REQUIRE(f.pass_until([&] { return f.finished(first); }));

        const auto second = f.scanning({{"operation", "door"}}); // fast, by default
        CHECK(f.view(second)["eta"] == to_rfc3339(*f.job(second).inventory_began + 50s));
        REQUIRE(f.pass_until([&] { return f.finished(second); }));

        const auto other = f.scanning({{"operation", "door"}, {"inventory", "none"}});
        CHECK(f.view(other)["eta"].is_null()); // of these none is known
        REQUIRE(f.pass_until([&] { return f.finished(other); }));
        f.kill();
        f.pass(std::chrono::seconds{3});
        const auto again = f.scanning({{"operation", "door"}, {"inventory", "fast"}});
        CHECK(f.view(again)["eta"].is_string());
    }

    TEST_CASE("a door that is opened once more begins its inventory anew") {
        Fixture f;
        const auto door = f.scanning({{"operation", "door"}, {"inventory", "fast"}});
        CHECK(f.job(door).inventory_began);
        f.lose_device(); // and its lock with it
        REQUIRE(f.library().open_door());
        f.connect();
        REQUIRE(f.pass_until([&] { return f.phase(door) == "open"; }));
        CHECK_FALSE(f.job(door).inventory_began);
    }

    TEST_CASE("cancelling is idempotent, and says what could not be undone") {
        Fixture f;
        f.hold = true;
        const auto running = f.move(1, 5);
        f.turn();
        const auto queued = f.move(2, 6);
        CHECK(*f.cancel(queued) == Cancellation::requested);
        CHECK(f.job(queued).state == JobState::cancelled);
        CHECK(*f.cancel(queued) == Cancellation::already_finished);
        CHECK(*f.cancel(running) == Cancellation::requested);
        CHECK(*f.cancel(running) == Cancellation::requested);
        CHECK(f.job(running).log.back().text.find("it is finished, not broken off") !=
              std::string::npos);
        f.hold = false;
        f.carry_out_all();
        CHECK(f.job(running).state == JobState::passed);
        CHECK(*f.cancel(running) == Cancellation::already_finished);
        const auto disable = f.queue({{"operation", "disable"}});
        CHECK(*f.cancel(disable) == Cancellation::already_finished);
        CHECK(f.agrees());
    }

    TEST_CASE("finished jobs and answered requests are kept for retention_hours, others for ever") {
        Fixture f;
        Effects effects;
        REQUIRE(f.engine().change_settings({{"retention_hours", 2}}, anybody, f.now(), effects));
        f.take(std::move(effects));
        const auto done = f.move(1, 5);
        f.pass(5s);
        REQUIRE(f.finished(done));
        const auto later = f.queue({{"operation", "load"},
                                    {"source", "4"},
                                    {"not_before", to_rfc3339(f.now().wall + 100h)}});
        Effects asked;
        const auto answered = f.engine().ask("bring coffee", anybody, f.now(), asked);
        f.take(std::move(asked));
        f.answer(jobs::Answer::complete);
        Effects more;
        const auto open = f.engine().ask("bring tea", anybody, f.now(), more);
        f.take(std::move(more));
        f.clock().advance(2h - 1min);
        f.turn();
        CHECK(f.engine().job(done) != nullptr);
        CHECK(f.engine().request(*answered) != nullptr);
        f.clock().advance(2min);
        SUBCASE("with the time") {}
        SUBCASE("at a start") {
            f.kill();
        }
        f.turn();
        CHECK(f.engine().job(done) == nullptr);
        CHECK(f.engine().request(*answered) == nullptr);
        CHECK(f.engine().job(later) != nullptr);
        CHECK(f.engine().request(*open) != nullptr);
        CHECK(f.documents().count("job/" + done) == 0);
        CHECK(f.documents().count("request/" + *answered) == 0);
    }
}
