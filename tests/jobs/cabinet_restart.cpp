// SPDX-License-Identifier: Apache-2.0
#include "cabinet_bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

std::string submitted(CabinetBench& cabinet, const char* library) {
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (const auto id = cabinet[library].submit({{"operation", "door"}, {"inventory", "fast"}}))
            return *id;
        cabinet.pass(5s); // starting
    }
    FAIL("no door job was taken");
    return "";
}

/// A companion of the first job, whether it has ended or not.
std::string companion_of(CabinetBench& cabinet, const char* library, const std::string& first) {
    std::string found;
    for (const auto& [id, job] : cabinet[library].engine().jobs())
        if (job.part_of == first) {
            CHECK(found.empty()); // there is one
            found = id;
        }
    return found;
}

/// A load in b, the door for both with one cartridge more in each, an unload; returns the first
/// job.
std::string day(CabinetBench& cabinet) {
    cabinet.pass(3s);
    const auto id = submitted(cabinet, "a");
    REQUIRE(cabinet.all_in("unlocked"));
    cabinet.open_door();
    REQUIRE(cabinet.all_in("open"));
    REQUIRE(cabinet["a"].library().insert("NEWA01L8", cabinet["a"].at("slot:8")));
    REQUIRE(cabinet["b"].library().swap(cabinet["b"].at("slot:2"), cabinet["b"].at("slot:3")));
    cabinet.pass(2s);
    cabinet.close_door();
    REQUIRE(cabinet.pass_until([&] { return cabinet.finished(id); }, 1200s));
    cabinet.pass(10s);
    return id;
}

void check_day(CabinetBench& cabinet, const std::string& id) {
    const auto companion = companion_of(cabinet, "b", id);
    REQUIRE_FALSE(companion.empty());
    CHECK(cabinet.job(id).state == JobState::passed);
    CHECK(cabinet.job(companion).state == JobState::passed);
    CHECK(cabinet["a"].diff(id) == Lines{"added NEWA01L8 - storage:8"});
    CHECK(cabinet["b"].diff(companion) ==
          Lines{"swapped VT0003L8 storage:3 storage:2", "swapped VT0002L8 storage:2 storage:3"});
    const auto& members = cabinet.job(id).result["members"];
    REQUIRE(members.size() == cabinet.libraries().size());
    CHECK(members[1]["job"] == companion);
    CHECK(members[1]["diff"] == cabinet.job(companion).result["diff"]);
    for (const char* library : {"a", "b"}) {
        CAPTURE(library);
        CHECK(cabinet[library].agrees());
        CHECK(cabinet[library].engine().unreadable().empty());
        CHECK(cabinet.active(library).empty());
    }
    CHECK(cabinet.pending().empty());
}

} // namespace

TEST_SUITE("jobs/cabinet/restart") {
    TEST_CASE("killed at every record of either library, both go on and nothing is lost") {
        for (const bool backwards : {false, true}) {
            std::size_t records = 0;
            {
                CabinetBench cabinet;
                cabinet.backwards = backwards;
                const auto before = cabinet.records();
                check_day(cabinet, day(cabinet));
                records = cabinet.records() - before;
            }
            REQUIRE(records > 30);
            for (const auto cut : {Cut::before_command, Cut::after_command})
                for (std::size_t at = 1; at <= records; ++at) {
                    CAPTURE(backwards);
                    CAPTURE(at);
                    CAPTURE(cut == Cut::after_command);
                    CabinetBench cabinet;
                    cabinet.backwards = backwards;
                    cabinet.kill_at(at, cut);
                    check_day(cabinet, day(cabinet));
                }
        }
    }

    TEST_CASE("orders that are lost, late or said twice change nothing of the outcome") {
        for (unsigned seed = 0; seed < 40; ++seed) {
            CAPTURE(seed);
            CabinetBench cabinet;
            cabinet.make_unreliable(seed);
            check_day(cabinet, day(cabinet));
        }
    }

    TEST_CASE("three libraries, killed at every record, with orders that get lost") {
        for (std::size_t at = 1; at <= 60; at += 1) {
            CAPTURE(at);
            CabinetBench cabinet({.libraries = {"a", "b", "c"}});
            cabinet.make_unreliable(static_cast<unsigned>(at));
            cabinet.kill_at(at, Cut::after_command);
            const auto id = day(cabinet);
            check_day(cabinet, id);
            CHECK(cabinet.job(companion_of(cabinet, "c", id)).state == JobState::passed);
        }
    }

    TEST_CASE("killed at every record of a cancellation, both end and are locked") {
        for (std::size_t at = 1; at <= 40; ++at) {
            CAPTURE(at);
            CabinetOptions options;
            for (const char* library : {"a", "b"})
                options.settings[library] = {{"door.lock_policy", "always"}};
            CabinetBench cabinet(options);
            const auto id = submitted(cabinet, "a");
            REQUIRE(cabinet.all_in("unlocked"));
            cabinet.kill_at(at, Cut::after_command);
            REQUIRE(cabinet["a"].cancel(id));
            REQUIRE(cabinet.pass_until([&] { return cabinet.finished(id); }));
            cabinet.pass(30s);
            CHECK(cabinet.job(id).state == JobState::cancelled);
            for (const char* library : {"a", "b"}) {
                CAPTURE(library);
                CHECK(cabinet.active(library).empty());
                CHECK(cabinet[library].library().snapshot().lock_holders.size() == 1);
                CHECK(cabinet[library].agrees());
            }
        }
    }
}
