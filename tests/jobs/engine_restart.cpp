// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

constexpr const char* small = "default?slots=8&drives=2&mail=1&tapes=4&instant";
const std::map<std::string, Json> quick{{"door.quiet_seconds", 2}, {"poll_seconds", 5}};

bool run(Bench& bench, const std::string& id) {
    return bench.pass_until([&] { return bench.finished(id); }, 1200s);
}

/// Moves until the cartridge is there: a move that a restart interrupted is asked for again.
void move_home(Bench& bench, const Json& body) {
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto id = bench.submit(body);
        if (!id)
            bench.pass(5s); // starting
        else if (run(bench, *id) && bench.job(*id).state == JobState::passed)
            return;
        else
            REQUIRE(bench.job(*id).error->code == Code::interrupted);
    }
    FAIL("the move never passed");
}

std::string door(Bench& bench) {
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (const auto id = bench.submit({{"operation", "door"}, {"inventory", "fast"}}))
            return *id;
        bench.pass(5s);
    }
    FAIL("no door job was taken");
    return "";
}

/// A load, a door session with one cartridge more and two swapped, an unload; returns the door job.
std::string day(Bench& bench) {
    bench.pass(3s);
    move_home(bench, {{"operation", "load"}, {"source", "VT0001L8"}, {"destination", "drive:1"}});
    const auto id = door(bench);
    REQUIRE(bench.pass_until([&] { return bench.phase(id) == "unlocked"; }));
    REQUIRE(bench.library().open_door());
    REQUIRE(bench.pass_until([&] { return bench.phase(id) == "open"; }));
    REQUIRE(bench.library().insert("NEW001L8", bench.at("slot:8")));
    REQUIRE(bench.library().swap(bench.at("slot:2"), bench.at("slot:3")));
    bench.pass(2s);
    REQUIRE(bench.library().close_door());
    REQUIRE(run(bench, id));
    move_home(bench, {{"operation", "unload"}, {"source", "drive:1"}, {"destination", "slot:1"}});
    bench.pass(10s);
    return id;
}

} // namespace

TEST_SUITE("jobs/engine/restart") {
    TEST_CASE("killed at every record of a day, the same jobs go on and nothing is lost") {
        std::size_t records = 0;
        {
            Bench bench(small, quick);
            day(bench);
            records = bench.records();
        }
        REQUIRE(records > 20);
        for (const auto cut : {Cut::before_command, Cut::after_command})
            for (std::size_t at = 1; at <= records; ++at) {
                CAPTURE(at);
                CAPTURE(cut == Cut::after_command);
                Bench bench(small, quick);
                bench.kill_at(at, cut);
                const auto id = day(bench);
                CHECK(bench.job(id).state == JobState::passed);
                CHECK(bench.diff(id) == Lines{"added NEW001L8 - storage:8",
                                              "swapped VT0003L8 storage:3 storage:2",
                                              "swapped VT0002L8 storage:2 storage:3"});
                CHECK(bench.agrees());
                CHECK(bench.library().snapshot().moves == 2);
                CHECK(bench.engine().unreadable().empty());
                CHECK(bench.pending() == nullptr);
            }
    }

    TEST_CASE("a door that stands open at start is gone on with, elements stale until read") {
        Bench bench(small, quick);
        bench.pass(3s);
        const auto id = bench.queue({{"operation", "door"}, {"inventory", "fast"}});
        REQUIRE(bench.pass_until([&] { return bench.phase(id) == "unlocked"; }));
        REQUIRE(bench.library().open_door());
        REQUIRE(bench.pass_until([&] { return bench.phase(id) == "open"; }));
        bench.kill();
        CHECK(bench.engine().active_job() == id);
        CHECK(bench.engine().model().stale());
        bench.pass(5s);
        CHECK(bench.engine().door().state == door::DoorState::open);
        REQUIRE(bench.library().close_door());
        REQUIRE(run(bench, id));
        CHECK(bench.job(id).state == JobState::passed);
        CHECK_FALSE(bench.engine().model().stale());
    }

    TEST_CASE("what was queued or merged stays so, under the same id") {
        Bench bench(small, quick);
        bench.pass(3s);
        const auto first = bench.queue({{"operation", "door"}, {"inventory", "none"}});
        REQUIRE(bench.pass_until([&] { return bench.phase(first) == "unlocked"; }));
        const auto second = bench.queue({{"operation", "door"}, {"inventory", "fast"}});
        const auto load = bench.queue({{"operation", "load"}, {"source", "slot:1"}});
        bench.pass(1s);
        bench.kill();
        CHECK(bench.job(second).merged_into == first);
        CHECK(bench.job(load).state == JobState::queued);
        bench.pass(2s);
        REQUIRE(bench.library().open_door());
        bench.pass(3s);
        REQUIRE(bench.library().close_door());
        REQUIRE(run(bench, load));
        CHECK(bench.job(first).state == JobState::passed);
        CHECK(bench.job(second).result["inventory"] == "fast");
        CHECK(bench.job(load).state == JobState::passed);
    }

    TEST_CASE("documents that do not read are named, and the rest is taken over") {
        LibraryEngine engine("main", "sim:default", {});
        ManualClock clock;
        engine.restore({{"library", "{"},
                        {"door", R"({"state":"ajar","lock":"unknown"})"},
                        {"element/1", "[]"},
                        {"media/main-m1", "null"},
                        {"job/main-7", R"({"id":"main-7"})"},
                        {"request/main-r1", "{}"},
                        {"setting/poll_seconds", R"({"value":3})"}},
                       clock.now());
        CHECK(
            engine.unreadable() ==
            Lines{
                "door", "element/1", "job/main-7", "library", "media/main-m1", "request/main-r1"});
        CHECK(engine.settings().poll_seconds.value == 3);
        CHECK(engine.jobs().empty());
    }

    TEST_CASE("elements are stale after a start, and say so when what was stored lacks changes") {
        const std::string element =
            R"({"schema":"changer.element/1","address":1000,"type":"storage","number":1,"full":true,)"
            R"("provenance":{"kind":"observed","by":"READ ELEMENT STATUS","sequence":41}})";
        const std::map<StoredState, std::string> reasons{
            {StoredState::whole, "the daemon was restarted"},
            {StoredState::stale, "what was stored may lack the last changes"},
            {StoredState::incomplete, "what was stored was damaged and lacks changes"}};
        for (const auto& each : reasons) {
            const auto& reason = each.second;
            CAPTURE(reason);
            LibraryEngine engine("main", "sim:default", {});
            ManualClock clock;
            engine.restore(
                {{"element/1000", element}}, clock.now(), each.first); // without "library"
            const auto claim =
                engine.model().provenance(*engine.model().element(scsi::ElementAddress{1000}));
            CHECK(claim.kind == library::Knowledge::stale);
            CHECK(claim.by == reason);
        }
    }

    TEST_CASE("lost changes ask somebody for an inventory, once, also over restarts") {
        std::map<std::string, std::string> documents;
        for (int run = 1; run <= 3; ++run) {
            CAPTURE(run);
            LibraryEngine engine("main", "sim:default", {});
            ManualClock clock;
            const auto effects = engine.restore(documents, clock.now(), StoredState::incomplete);
            for (const Change& change : effects.changes)
                documents[change.key] = change.value.value_or("");
            REQUIRE(engine.requests().size() == 1);
            const OperatorRequest& request = engine.requests().begin()->second;
            CHECK(request.type == "service");
            CHECK(request.state == RequestState::pending);
            CHECK(request.text.find("Take an inventory") != std::string::npos);
        }
    }

    TEST_CASE("a stored setting outlives a restart, and the configuration outranks it") {
        Bench bench(small, {{"door.quiet_seconds", 7}});
        Effects effects;
        REQUIRE(bench.engine().change_setting("poll_seconds", 42, bench.now(), effects));
        bench.take(std::move(effects));
        Effects none;
        const auto fixed =
            bench.engine().change_setting("door.quiet_seconds", 1, bench.now(), none);
        CHECK(fixed.error().code == Code::configured);
        bench.kill();
        CHECK(bench.engine().settings().poll_seconds.value == 42);
        CHECK(bench.engine().settings().door.quiet_seconds.value == 7);
    }
}
