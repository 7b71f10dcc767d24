// SPDX-License-Identifier: Apache-2.0
#include "cabinet_bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

struct Fixture : CabinetBench {
    using CabinetBench::CabinetBench;

    std::string unlocked_door(const std::string& library = "a", const Json& body = door_fast) {
        const auto id = (*this)[library].queue(body);
        REQUIRE(all_in("unlocked"));
        return id;
    }

    void insert(const std::string& library, const char* barcode, const char* place) {
        auto& bench = (*this)[library];
        REQUIRE(bench.library().insert(barcode, bench.at(place)));
    }
};

} // namespace

TEST_SUITE("jobs/cabinet: one door of two libraries") {
    TEST_CASE("one request opens it for both, and tells what changed in each") {
        Fixture f;
        const auto id = f.unlocked_door("a");
        const auto companion = f.companion("b");
        REQUIRE_FALSE(companion.empty());
        CHECK(f.job(companion).part_of == id);
        CHECK(f.job(id).part_of == std::nullopt);
        CHECK(f.job(companion).submitted_by == f.job(id).submitted_by);
        CHECK(f.unlocked("a"));
        CHECK(f.unlocked("b"));
        f.open_door();
        REQUIRE(f.all_in("open"));
        CHECK(f["b"].engine().model().stale());
        f.insert("a", "NEWA01L8", "slot:8");
        f.insert("b", "NEWB01L8", "slot:7");
        f.close_door();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(companion).state == JobState::passed);
        CHECK(f["a"].diff(id) == Lines{"added NEWA01L8 - storage:8"});
        CHECK(f["b"].diff(companion) == Lines{"added NEWB01L8 - storage:7"});
        const auto& result = f.job(id).result;
        REQUIRE(result["members"].size() == 2);
        CHECK(member(result, "a")["job"] == id);
        const auto other = member(result, "b");
        CHECK(other["job"] == companion);
        CHECK(other["state"] == "passed");
        CHECK(other["error"].is_null());
        CHECK(other["inventory"] == "fast");
        CHECK(other["diff"] == f.job(companion).result["diff"]);
        CHECK(f["a"].agrees());
        CHECK(f["b"].agrees());
        CHECK(f.pending().empty());
    }

    TEST_CASE("nothing is unlocked before the other library's move has ended") {
        Fixture f;
        f["b"].hold = true;
        const auto load = f["b"].queue({{"operation", "load"}, {"source", "slot:1"}});
        f.pass(1s);
        REQUIRE(f["b"].waiting());
        const auto later =
            f["b"].queue({{"operation", "move"}, {"source", "slot:2"}, {"destination", "slot:7"}});
        const auto id = f["a"].queue(door_fast);
        f.pass(20s);
        CHECK(f.phase(id) == "draining");
        CHECK_FALSE(f.unlocked("a"));
        const auto companion = f.companion("b");
        CHECK(f.job(companion).state == JobState::queued);
        CHECK(f.job(id).log.back().text == "waits for library b (b-1 ends first)");
        f["b"].hold = false;
        f["b"].carry_out_all();
        CHECK(f.job(load).state == JobState::passed);
        REQUIRE(f.all_in("unlocked"));
        f.pass(5s);
        CHECK(f.job(later).state == JobState::queued);
        f.open_door();
        REQUIRE(f.all_in("open"));
        f.close_door();
        REQUIRE(f.ends(later));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(later).state == JobState::passed);
        CHECK(f.job(later).started_at >= f.job(companion).finished_at);
    }

    TEST_CASE("what one library sees of the door counts for both") {
        Fixture f({.doors_apart = true});
        const auto id = f.unlocked_door();
        REQUIRE(f["b"].library().open_door());
        REQUIRE(f.all_in("open"));
        CHECK(f["a"].engine().door().state == door::DoorState::open);
        CHECK(f["a"].engine().model().stale());
        f.pass(20s); // library a has nothing to complain of
        CHECK(f.phase(id) == "open");
        f.insert("b", "NEWB01L8", "slot:7");
        REQUIRE(f["b"].library().close_door());
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(member(f.job(id).result, "b")["diff"].size() == 1);
        CHECK(f.job(id).result["diff"].empty());
    }

    TEST_CASE("it is closed when it is closed and quiet for both") {
        Fixture f({.doors_apart = true});
        const auto id = f.unlocked_door();
        f.open_door();
        REQUIRE(f.all_in("open"));
        REQUIRE(f["a"].library().close_door());
        f.pass(20s);
        CHECK(f.phase_of("a") == "open");
        CHECK(f.phase_of("b") == "open");
        REQUIRE(f["b"].library().close_door());
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
    }

    TEST_CASE("opened again while the other library still settles, both start over") {
        CabinetOptions options;
        options.simulated["b"] = "default?slots=8&drives=1&mail=1&tapes=4"; // not instant: it scans
        for (const char* library : {"a", "b"}) // else the one that settles keeps it shut
            options.settings[library] = {{"door.lock_policy", "never"}};
        Fixture f(options);
        const auto id = f.unlocked_door();
        f.open_door();
        REQUIRE(f.all_in("open"));
        f.insert("a", "NEWA01L8", "slot:8");
        f.close_door();
        REQUIRE(f.pass_until([&] { return f.phase_of("a") == "finishing"; }));
        REQUIRE(f.phase_of("b") == "settling");
        CHECK_FALSE(f.finished(id));
        f.open_door();
        REQUIRE(f.all_in("open"));
        REQUIRE(f["a"].library().remove(f["a"].at("slot:8")));
        f.insert("a", "NEWA02L8", "slot:7");
        f.close_door();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        // what was found first is not forgotten
        CHECK(f["a"].diff(id) == Lines{"added NEWA01L8 - storage:8",
                                       "added NEWA02L8 - storage:7",
                                       "removed NEWA01L8 storage:8 -"});
        CHECK(f["a"].agrees());
        CHECK(f["b"].agrees());
    }

    TEST_CASE("never opened, both are locked again after the smaller time-out") {
        CabinetOptions options;
        options.settings["a"] = {{"door.unlock_timeout_seconds", 600},
                                 {"door.lock_policy", "always"}};
        options.settings["b"] = {{"door.unlock_timeout_seconds", 30},
                                 {"door.lock_policy", "always"}};
        Fixture f(options);
        const auto id = f.unlocked_door();
        REQUIRE(f.pass_until([&] { return f.finished(id); }, 60s));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->code == Code::door_not_opened);
        CHECK(f.job(id).error->what == "the door was unlocked and not opened in time");
        CHECK(f["a"].library().snapshot().lock_holders.size() == 1);
        CHECK(f["b"].library().snapshot().lock_holders.size() == 1);
        CHECK(member(f.job(id).result, "b")["state"] == "failed");
    }

    TEST_CASE(
        "open too long, one operator request is made, by the first job, after the smaller time") {
        CabinetOptions options;
        options.settings["b"] = {{"door.max_open_seconds", 20}};
        Fixture f(options);
        const auto id = f.unlocked_door();
        f.open_door();
        REQUIRE(f.pass_until([&] { return !f.pending().empty(); }, 40s));
        f.pass(60s);
        CHECK(f.pending() == Lines{"a-r1 close_door"});
        const auto text = f["a"].pending()->text;
        CHECK(text.find("library a (shared with b)") != std::string::npos);
        SUBCASE("closing satisfies it") {
            f.close_door();
            REQUIRE(f.ends(id));
            CHECK(f["a"].engine().request("a-r1")->state == RequestState::satisfied);
        }
        SUBCASE("the operator's word overrules what both say") {
            f["a"].answer(jobs::Answer::complete);
            f.pass(3s);
            CHECK(f.phase_of("a") == "settling");
            CHECK(f.phase_of("b") == "settling");
            f.close_door();
            REQUIRE(f.ends(id));
        }
        CHECK(f.job(id).state == JobState::passed);
    }

    TEST_CASE("an explicit time counts for both libraries") {
        CabinetOptions options;
        options.settings["b"] = {{"door.max_open_seconds", 20}};
        Fixture f(options);
        f.unlocked_door("a",
                        {{"operation", "door"}, {"inventory", "fast"}, {"max_open_seconds", 100}});
        f.open_door();
        REQUIRE(f.all_in("open"));
        f.pass(60s);
        CHECK(f.pending().empty());
        f.pass(60s);
        CHECK(f.pending().size() == 1);
    }

    TEST_CASE("each library takes the inventory that is its own default") {
        CabinetOptions options;
        options.settings["b"] = {{"inventory_method", "none"}};
        Fixture f(options);
        const auto id = f.unlocked_door("a", {{"operation", "door"}, {"inventory", "default"}});
        f.open_door();
        f.pass(3s);
        f.close_door();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).result["inventory"] == "fast");
        CHECK(member(f.job(id).result, "b")["inventory"] == "none");
    }

    TEST_CASE("opened and closed between two polls of one library counts for both") {
        Fixture f;
        const auto id = f.unlocked_door();
        f.open_door();
        f.insert("b", "NEWB01L8", "slot:7");
        f.close_door();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(member(f.job(id).result, "b")["diff"].size() == 1);
    }

    TEST_CASE("drives that must be empty are emptied before either is unlocked") {
        Fixture f;
        const auto load = f["b"].queue({{"operation", "load"}, {"source", "slot:1"}});
        REQUIRE(f.ends(load));
        auto info = *f["b"].engine().device_info();
        info.empties_drives = true;
        f["b"].take(f["b"].engine().device_online(info, f["b"].now()));
        f["b"].carry_out_all();
        const auto id = f.unlocked_door();
        CHECK(f["b"].library().snapshot().moves == 2);
        f.open_door();
        f.pass(3s);
        f.close_door();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
    }
}

TEST_SUITE("jobs/cabinet: cancelled") {
    TEST_CASE("in each phase, it ends for both") {
        for (const std::string phase : {"draining", "unlocked", "open", "settling"}) {
            CAPTURE(phase);
            CabinetOptions options;
            for (const char* library : {"a", "b"})
                options.settings[library] = {{"door.lock_policy", "always"}};
            options.simulated["b"] = "default?slots=8&drives=1&mail=1&tapes=4";
            Fixture f(options);
            f.pass(300s); // not instant: it scans at first
            std::string id;
            if (phase == "draining") {
                f["b"].hold = true;
                f["b"].queue({{"operation", "load"}, {"source", "slot:1"}});
                f.pass(1s);
                id = f["a"].queue(door_fast);
                f.pass(3s);
                REQUIRE(f.phase(id) == "draining");
            } else {
                id = f.unlocked_door();
            }
            if (phase == "open" || phase == "settling") {
                f.open_door();
                REQUIRE(f.all_in("open"));
                f.insert("a", "NEWA01L8", "slot:8");
                f.insert("b", "NEWB01L8", "slot:7");
            }
            if (phase == "settling") {
                f.close_door();
                REQUIRE(f.pass_until([&] { return f.phase_of("b") == "settling"; }));
            }
            CHECK(*f["a"].cancel(id) == Cancellation::requested);
            if (phase == "open") {
                f.pass(5s);
                CHECK_FALSE(f.finished(id)); // an open door cannot be locked
                f.close_door();
            }
            REQUIRE(f.pass_until([&] { return f.finished(id); }, 600s));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.job(id).error->code == Code::cancelled);
            CHECK(f.companion("b").empty());
            CHECK(f.active("a").empty());
            if (phase == "draining")
                continue;
            CHECK(f["a"].agrees());
            CHECK(f["b"].agrees());
            CHECK(f["a"].library().snapshot().lock_holders.size() == 1);
            CHECK(f["b"].library().snapshot().lock_holders.size() == 1);
        }
    }

    TEST_CASE("while it is queued, no other library hears of it") {
        Fixture f;
        const auto id = f["a"].queue(
            {{"operation", "door"}, {"inventory", "fast"}, {"not_before", "2100-01-01T00:00:00Z"}});
        f.pass(5s);
        CHECK(f.companion("b").empty());
        CHECK(*f["a"].cancel(id) == Cancellation::requested);
        CHECK(f.job(id).state == JobState::cancelled);
        f.pass(5s);
        CHECK(f["b"].engine().jobs().empty());
    }

    TEST_CASE("a companion is not cancelled by itself: the answer says which job is") {
        Fixture f;
        const auto id = f.unlocked_door();
        const auto refused = f["b"].cancel(f.companion("b"));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::busy);
        CHECK(refused.error().what.find("cancel " + id) != std::string::npos);
        f.pass(3s);
        CHECK(f.phase(id) == "unlocked");
    }
}

TEST_SUITE("jobs/cabinet: several requests") {
    TEST_CASE("a second one, made to the other library, joins before the door is open") {
        Fixture f;
        const auto first = f.unlocked_door("a", {{"operation", "door"}, {"inventory", "none"}});
        const auto second =
            f["b"].queue({{"operation", "door"}, {"inventory", "fast"}, {"max_open_seconds", 15}});
        f.pass(1s);
        CHECK(f.job(second).state == JobState::waiting);
        CHECK(f.job(second).merged_into == f.companion("b"));
        f.open_door();
        REQUIRE(f.pass_until([&] { return !f.pending().empty(); }, 30s)); // the smaller max_open
        CHECK(f.pending() == Lines{"a-r1 close_door"});
        f.insert("a", "NEWA01L8", "slot:8");
        f.close_door();
        REQUIRE(f.ends(first));
        REQUIRE(f.ends(second));
        CHECK(f.job(first).state == JobState::passed);
        CHECK(f.job(first).result["inventory"] == "fast"); // the stronger one, in both
        CHECK(f.job(second).state == JobState::passed);
        CHECK(member(f.job(second).result, "a")["diff"].size() == 1);
    }

    TEST_CASE("one made while the door is open waits for its own turn") {
        Fixture f;
        const auto first = f.unlocked_door("a");
        f.open_door();
        REQUIRE(f.all_in("open"));
        const auto second = f["b"].queue(door_fast);
        f.pass(3s);
        CHECK(f.job(second).state == JobState::queued);
        f.close_door();
        REQUIRE(f.ends(first));
        REQUIRE(f.all_in("unlocked"));
        CHECK(f.active("b") == second);
        CHECK(f.job(f.active("a")).part_of == second);
    }

    TEST_CASE("cancelling one leaves the others their door, the last one cancels it") {
        for (const bool all : {false, true}) {
            CAPTURE(all);
            Fixture f;
            const auto first = f.unlocked_door("a");
            const auto second = f["b"].queue({{"operation", "door"}, {"inventory", "none"}});
            const auto third = f["a"].queue({{"operation", "door"}, {"inventory", "none"}});
            f.pass(1s);
            CHECK(f.job(third).merged_into == first);
            REQUIRE(f["a"].cancel(first));
            REQUIRE(f["a"].cancel(third));
            CHECK(f.job(third).state == JobState::cancelled);
            f.pass(3s);
            CHECK(f.phase_of("a") == "unlocked");
            CHECK(f.phase_of("b") == "unlocked");
            if (all) {
                REQUIRE(f["b"].cancel(second));
            } else {
                f.open_door();
                REQUIRE(f.all_in("open"));
                f.close_door();
            }
            REQUIRE(f.ends(first));
            REQUIRE(f.ends(second));
            CHECK(f.job(first).state == JobState::cancelled);
            CHECK(f.job(second).state == (all ? JobState::cancelled : JobState::passed));
            if (!all)
                CHECK(f.job(second).result["inventory"] == "none"); // the fast one was cancelled
        }
    }

    TEST_CASE("two made at the same moment are one door job, with two outcomes") {
        for (const bool backwards : {false, true}) {
            CAPTURE(backwards);
            Fixture f;
            f.backwards = backwards;
            const auto one = f["a"].queue(door_fast);
            const auto two = f["b"].queue(door_fast);
            REQUIRE(f.all_in("unlocked"));
            f.open_door();
            REQUIRE(f.all_in("open"));
            f.insert("b", "NEWB01L8", "slot:7");
            f.close_door();
            REQUIRE(f.ends(one));
            REQUIRE(f.ends(two));
            CHECK(f.job(one).state == JobState::passed);
            CHECK(f.job(two).state == JobState::passed);
            CHECK(member(f.job(one).result, "b")["diff"].size() == 1);
            CHECK(member(f.job(two).result, "b")["diff"].size() == 1);
            f.pass(30s);
            CHECK(f.active("a").empty()); // there was one opening, and no second
            CHECK(f.active("b").empty());
        }
    }
}

TEST_SUITE("jobs/cabinet: a door that nobody asked for") {
    TEST_CASE("is one job of all libraries, whoever saw it first") {
        for (const bool both_see_it : {false, true}) {
            CAPTURE(both_see_it);
            Fixture f({.doors_apart = !both_see_it});
            if (both_see_it)
                f.open_door();
            else
                REQUIRE(f["b"].library().open_door());
            REQUIRE(f.all_in("open"));
            const bool a_leads = !f.job(f.active("a")).part_of;
            const auto first = f.active(a_leads ? "a" : "b");
            const auto other = f.active(a_leads ? "b" : "a");
            CHECK(f.job(first).submitted_by == "daemon");
            CHECK(f.job(other).part_of == first);
            CHECK(f.pending().size() == 1);
            f.insert("b", "NEWB01L8", "slot:8");
            if (both_see_it)
                f.close_door();
            else
                REQUIRE(f["b"].library().close_door());
            REQUIRE(f.ends(first));
            CHECK(f.job(first).state == JobState::passed);
            CHECK(member(f.job(first).result, "b")["diff"].size() == 1);
            CHECK(f.pending().empty());
            CHECK(f["b"].agrees());
        }
    }

    TEST_CASE("holds the arm of a library that has not seen it") {
        Fixture f({.doors_apart = true});
        REQUIRE(f["b"].library().open_door());
        REQUIRE(f.all_in("open"));
        const auto load = f["a"].queue({{"operation", "load"}, {"source", "slot:1"}});
        f.pass(10s);
        CHECK(f.job(load).state == JobState::queued);
        REQUIRE(f["b"].library().close_door());
        REQUIRE(f.ends(load));
        CHECK(f.job(load).state == JobState::passed);
    }

    TEST_CASE("a request that has just begun in the other library waits for another door") {
        bool waited = false;
        for (int offset = 0; offset < 6; ++offset) { // one of them is the second of b's poll
            CAPTURE(offset);
            Fixture f({.doors_apart = true});
            f.pass(std::chrono::seconds{offset});
            REQUIRE(f["b"].library().open_door());
            const auto asked = f["a"].queue(door_fast);
            REQUIRE(f.all_in("open"));
            if (f.job(asked).state == JobState::queued) {
                waited = true;
                CHECK(f.job(f.active("a")).part_of == f.active("b"));
                REQUIRE(f["b"].library().close_door());
                REQUIRE(f.pass_until([&] { return f.phase(asked) == "unlocked"; }));
                f.open_door();
                REQUIRE(f.all_in("open"));
                f.close_door();
            } else { // it was b that became its companion
                REQUIRE(f["b"].library().close_door());
            }
            REQUIRE(f.ends(asked));
            CHECK(f.job(asked).state == JobState::passed);
        }
        CHECK(waited);
    }
}
