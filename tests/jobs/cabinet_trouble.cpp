// SPDX-License-Identifier: Apache-2.0
#include "cabinet_bench.hpp"
#include "sim/fault.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

struct Fixture : CabinetBench {
    using CabinetBench::CabinetBench;

    /// The door is opened and closed; the job that asked for it passes.
    void goes_through(const std::string& id) {
        open_door();
        REQUIRE(all_in("open"));
        CHECK(pending().empty());
        close_door();
        REQUIRE(ends(id));
        CHECK(job(id).state == JobState::passed);
    }

    bool says(const std::string& id, const std::string& text) {
        const auto& log = job(id).log;
        return std::any_of(log.begin(), log.end(), [&](const LogLine& line) {
            return line.text.find(text) != std::string::npos;
        });
    }
};

void configure(Bench& bench, const char* setting, const Json& value) {
    Effects effects;
    REQUIRE(bench.engine().change_setting(setting, value, bench.now(), effects));
    bench.take(std::move(effects));
}

} // namespace

TEST_SUITE("jobs/cabinet: a member that is away") {
    TEST_CASE("is named, and waited for before anything is unlocked") {
        Fixture f;
        f["b"].lose_device();
        const auto id = f["a"].queue(door_fast);
        f.pass(30s);
        CHECK(f.phase(id) == "draining");
        CHECK_FALSE(f.unlocked("a"));
        CHECK(f.says(id, "waits for library b (no answer)"));
        SUBCASE("it comes back") {
            f["b"].connect();
            REQUIRE(f.all_in("unlocked"));
            f.goes_through(id);
        }
        SUBCASE("it does not: the job fails when its budget is used up, and names it") {
            REQUIRE(f.ends(id, 1200s));
            CHECK(f.job(id).state == JobState::failed);
            CHECK(f.job(id).error->code == Code::library_offline);
            CHECK(f.job(id).error->what.find("library b") != std::string::npos);
            CHECK_FALSE(f.unlocked("a"));
            CHECK(f.active("a").empty());
            CHECK(f.active("b").empty());
        }
        SUBCASE("the job is cancelled meanwhile") {
            REQUIRE(f["a"].cancel(id));
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.companion("b").empty());
        }
    }

    TEST_CASE("while the door is unlocked, and does not come back: the other is locked again") {
        CabinetOptions options;
        options.settings["a"] = {{"door.lock_policy", "always"},
                                 {"door.unlock_timeout_seconds", 5000}};
        options.settings["b"] = {{"door.unlock_timeout_seconds", 5000}};
        Fixture f(options);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f["b"].lose_device();
        f.pass(60s);
        CHECK(f.phase(id) == "unlocked");
        REQUIRE(f.ends(id, 1200s));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->code == Code::library_offline);
        CHECK(member(f.job(id).result, "a")["state"] == "cancelled");
        CHECK(member(f.job(id).result, "b")["state"] == "failed");
        CHECK(f["a"].library().snapshot().lock_holders.size() == 1);
    }

    TEST_CASE("while the door is open ends nothing") {
        Fixture f;
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f.open_door();
        REQUIRE(f.all_in("open"));
        f["b"].lose_device();
        REQUIRE(f["b"].library().insert("NEWB01L8", f["b"].at("slot:7")));
        f.close_door();
        f.pass(30s);
        CHECK(f.phase_of("a") == "open"); // nobody knows whether it is closed for b
        f["b"].connect();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(member(f.job(id).result, "b")["diff"].size() == 1);
    }

    TEST_CASE("for good while the door is open fails the job, and the other's result is kept") {
        Fixture f;
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f.open_door();
        REQUIRE(f.all_in("open"));
        REQUIRE(f["a"].library().insert("NEWA01L8", f["a"].at("slot:8")));
        f["b"].lose_device();
        f.close_door();
        REQUIRE(f.ends(id, 1200s));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->code == Code::library_offline);
        CHECK(f.job(id).error->what.find("library b: ") == 0);
        CHECK(f["a"].diff(id) == Lines{"added NEWA01L8 - storage:8"});
        CHECK(member(f.job(id).result, "a")["state"] == "passed");
        CHECK(f["a"].agrees());
    }
}

TEST_SUITE("jobs/cabinet: a member that cannot take part") {
    TEST_CASE("and is disabled refuses the request, and is named") {
        Fixture f;
        Effects effects;
        const std::vector<CabinetMember> members{{"b", false, true}};
        const Principal root{"uid:0", true, true, true};
        const auto refused = f["a"].engine().submit(
            *parse_job_request(door_fast), root, f["a"].now(), effects, members);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::resource_disabled);
        CHECK(refused.error().what.find("library b") != std::string::npos);
    }

    TEST_CASE("because it was disabled meanwhile fails the job, and is named") {
        Fixture f;
        configure(f["b"], "enabled", false);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->code == Code::resource_disabled);
        CHECK(f.job(id).error->what.find("library b: ") == 0);
        CHECK_FALSE(f.unlocked("a"));
    }

    TEST_CASE("because its slots cannot be read fails the job, the other's result is kept") {
        Fixture f;
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f.open_door();
        REQUIRE(f.all_in("open"));
        REQUIRE(f["a"].library().insert("NEWA01L8", f["a"].at("slot:8")));
        f["b"].library().inject(*sim::parse_fault("res:sense=4/44/00@1x1000"));
        f.close_door();
        REQUIRE(f.ends(id, 1200s));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->what.find("library b: ") == 0);
        CHECK(f["a"].diff(id) == Lines{"added NEWA01L8 - storage:8"});
    }

    TEST_CASE("because the daemon does not serve it any more fails the job, and is named") {
        CabinetOptions options;
        options.settings["a"] = {{"door.lock_policy", "always"}};
        Fixture f(options);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f.stop_serving("b");
        f.kill();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->what.find("library b: ") == 0);
        CHECK(f["a"].library().snapshot().lock_holders.size() == 1);
        CHECK(member(f.job(id).result, "b")["job"].is_null());
    }

    TEST_CASE(
        "because its first job is gone puts its lock right, and queues again what was merged") {
        CabinetOptions options;
        options.settings["b"] = {{"door.lock_policy", "always"}};
        Fixture f(options);
        f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        const auto companion = f.companion("b");
        const auto merged = f["b"].queue(door_fast);
        f.pass(1s);
        REQUIRE(f.job(merged).merged_into == companion);
        f.stop_serving("a");
        f.kill();
        REQUIRE(f.ends(companion));
        CHECK(f.job(companion).state == JobState::cancelled);
        CHECK(f.job(companion).error->what.find("is gone") != std::string::npos);
        REQUIRE(f.pass_until([&] { return f.phase(merged) == "unlocked"; }));
        CHECK(f.active("b") == merged);
    }
}

TEST_SUITE("jobs/cabinet: who is asked") {
    TEST_CASE("of two libraries that cannot unlock, only the first asks") {
        CabinetOptions options;
        for (const char* library : {"a", "b"})
            options.simulated[library] = "cannot-lock?slots=8&drives=1&mail=1&tapes=4&instant";
        Fixture f(options);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f.pass(10s);
        CHECK(f.pending() == Lines{"a-r1 open_door"});
        SUBCASE("opened") {
            f.goes_through(id);
        }
        SUBCASE("complete says so for both") {
            f["a"].answer(jobs::Answer::complete);
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::passed);
            CHECK(member(f.job(id).result, "b")["state"] == "passed");
        }
        SUBCASE("refuse cancels both") {
            f["a"].answer(jobs::Answer::refuse);
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.companion("b").empty());
        }
    }

    TEST_CASE("a companion asks what the first job does not ask") {
        CabinetOptions options;
        options.simulated["b"] = "cannot-lock?slots=8&drives=1&mail=1&tapes=4&instant";
        Fixture f(options);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.all_in("unlocked"));
        f.pass(3s);
        CHECK(f.pending() == Lines{"b-r1 open_door"});
        f.goes_through(id);
    }

    TEST_CASE("partitions that nobody here controls are named before anything is unlocked") {
        CabinetOptions options;
        options.foreign = {"the archive's partition", "XYZZY_LL3"};
        Fixture f(options);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.pass_until([&] { return !f.pending().empty(); }));
        CHECK(f.pending() == Lines{"a-r1 confirm_idle"});
        for (const auto& name : options.foreign)
            CHECK(f["a"].pending()->text.find(name) != std::string::npos);
        f.pass(30s);
        CHECK(f.phase_of("a") == "draining");
        CHECK(f.phase_of("b") == "draining");
        CHECK_FALSE(f.unlocked("a"));
        CHECK_FALSE(f.unlocked("b"));
        SUBCASE("complete") {
            f["a"].answer(jobs::Answer::complete);
            REQUIRE(f.all_in("unlocked"));
            f.goes_through(id);
        }
        SUBCASE("complete, and the daemon dies") {
            f["a"].answer(jobs::Answer::complete);
            f.kill();
            REQUIRE(f.all_in("unlocked"));
            CHECK(f.pending().empty()); // it was answered once
        }
        SUBCASE("the daemon dies before the answer") {
            f.kill();
            f.pass(10s);
            CHECK(f.pending() == Lines{"a-r1 confirm_idle"});
            CHECK_FALSE(f.unlocked("a"));
        }
        SUBCASE("refuse") {
            f["a"].answer(jobs::Answer::refuse);
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.companion("b").empty());
            CHECK_FALSE(f.unlocked("a"));
        }
        SUBCASE("cancelled") {
            REQUIRE(f["a"].cancel(id));
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.pending().empty());
        }
        SUBCASE("opened all the same") {
            f.goes_through(id);
        }
    }

    TEST_CASE("so it is of one library alone, whose other partitions are all foreign") {
        CabinetOptions options;
        options.libraries = {"a"};
        options.foreign = {"XYZZY_LL3"};
        Fixture f(options);
        const auto id = f["a"].queue(door_fast);
        REQUIRE(f.pass_until([&] { return !f.pending().empty(); }));
        f.pass(10s);
        CHECK(f.phase_of("a") == "draining");
        SUBCASE("complete") {
            f["a"].answer(jobs::Answer::complete);
            REQUIRE(f.all_in("unlocked"));
            f.goes_through(id);
            CHECK_FALSE(f.job(id).result.contains("members"));
        }
        SUBCASE("refuse") {
            f["a"].answer(jobs::Answer::refuse);
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
        }
        SUBCASE("cancel") {
            REQUIRE(f["a"].cancel(id));
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
        }
    }
}

TEST_SUITE("jobs/cabinet: the daemon dies") {
    TEST_CASE("in any phase, and both parts go on together") {
        for (const std::string phase : {"draining", "unlocked", "open", "finishing"}) {
            CAPTURE(phase);
            CabinetOptions options;
            if (phase == "finishing") // while the other one settles
                options.simulated["b"] = "default?slots=8&drives=1&mail=1&tapes=4";
            Fixture f(options);
            f.pass(300s);
            if (phase == "draining")
                f["b"].lose_device();
            const auto id = f["a"].queue(door_fast);
            if (phase == "draining") {
                f.pass(5s);
            } else {
                REQUIRE(f.all_in("unlocked"));
                if (phase != "unlocked") {
                    f.open_door();
                    REQUIRE(f.all_in("open"));
                }
                if (phase == "finishing") {
                    REQUIRE(f["b"].library().insert("NEWB01L8", f["b"].at("slot:7")));
                    f.close_door();
                    REQUIRE(f.pass_until([&] { return f.phase(id) == phase; }));
                }
            }
            const auto companion = f.companion("b");
            f.kill();
            CHECK(f.active("a") == id);
            CHECK(f.active("b") == companion);
            REQUIRE(f.pass_until(
                [&] {
                    return f.phase_of("a") == "unlocked" || f.phase_of("a") == "open" ||
                           f.finished(id);
                },
                600s));
            if (phase == "draining" || phase == "unlocked") {
                f.open_door();
                REQUIRE(f.all_in("open"));
                REQUIRE(f["b"].library().insert("NEWB01L8", f["b"].at("slot:7")));
            } else if (phase == "open") {
                REQUIRE(f["b"].library().insert("NEWB01L8", f["b"].at("slot:7")));
            }
            if (phase != "finishing")
                f.close_door();
            REQUIRE(f.ends(id, 600s));
            CHECK(f.job(id).state == JobState::passed);
            CHECK(f["b"].diff(companion) == Lines{"added NEWB01L8 - storage:7"});
            CHECK(f["a"].agrees());
            CHECK(f["b"].agrees());
        }
    }
}
