// SPDX-License-Identifier: Apache-2.0
// Jobs that are wanted only while their client waits, where libraries share a door.
#include "cabinet_bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

const Json connected_door{{"operation", "door"}, {"inventory", "fast"}, {"while_connected", true}};
const Json connected_load{{"operation", "load"}, {"source", "slot:1"}, {"while_connected", true}};

struct Fixture : CabinetBench {
    using CabinetBench::CabinetBench;

    std::string unlocked_door(const Json& body = connected_door) {
        const auto id = (*this)["a"].queue(body);
        REQUIRE(all_in("unlocked"));
        return id;
    }

    void leave(const std::string& library, const std::string& id) {
        auto& bench = (*this)[library];
        bench.take(bench.engine().client_gone(id, bench.now()));
    }

    bool says(const std::string& id, const std::string& text) {
        const auto& log = job(id).log;
        return std::any_of(log.begin(), log.end(), [&](const LogLine& line) {
            return line.text.find(text) != std::string::npos;
        });
    }

    bool ends(const std::string& id) {
        return pass_until([&] { return finished(id); });
    }
};

CabinetOptions always_locked() {
    CabinetOptions options;
    for (const char* library : {"a", "b"})
        options.settings[library] = {{"door.lock_policy", "always"}};
    return options;
}

} // namespace

TEST_SUITE("jobs/cabinet: jobs that live with their connection") {
    TEST_CASE("a door whose client goes is locked again in every library") {
        Fixture f(always_locked());
        const auto id = f.unlocked_door();
        const auto companion = f.companion("b");
        f.leave("a", id);
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::cancelled);
        CHECK(f.job(id).error->what.find("client") != std::string::npos);
        CHECK(f.job(companion).state == JobState::cancelled);
        for (const char* library : {"a", "b"})
            CHECK(f[library].library().snapshot().lock_holders.size() == 1);
    }

    TEST_CASE("a companion is tied to its first job, not to the client of that") {
        Fixture f(always_locked());
        const auto id = f.unlocked_door();
        const auto companion = f.companion("b");
        CHECK(f.job(id).request.while_connected);
        CHECK_FALSE(f.job(companion).request.while_connected);
        f.kill();
        CHECK(f.says(id, "cut off by the daemon's restart"));
        CHECK_FALSE(f.says(companion, "cut off by the daemon's restart"));
        CHECK_FALSE(f.job(companion).cancel_requested);
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::cancelled);
        CHECK(f.job(companion).state == JobState::cancelled);
        for (const char* library : {"a", "b"}) {
            CHECK(f.active(library).empty());
            CHECK(f[library].library().snapshot().lock_holders.size() == 1);
        }
    }

    TEST_CASE("a companion that still waits for its turn is called off by its first job, once") {
        Fixture f;
        f["b"].hold = true;
        const auto load = f["b"].queue({{"operation", "load"}, {"source", "slot:1"}});
        f.pass(1s);
        REQUIRE(f["b"].waiting());
        const auto id = f["a"].queue(connected_door);
        f.pass(2s);
        const auto companion = f.companion("b");
        REQUIRE(f.job(companion).state == JobState::queued);
        f["b"].hold = false;
        f.kill();
        REQUIRE(f.ends(id));
        REQUIRE(f.ends(load));
        CHECK(f.job(id).state == JobState::cancelled);
        CHECK(f.job(companion).state == JobState::cancelled);
        CHECK(f.job(companion).error->what == "cancelled by request");
        CHECK(f.active("b").empty());
    }

    TEST_CASE("somebody else's request goes on when the client of the first job goes") {
        Fixture f;
        const auto id = f.unlocked_door();
        const auto second = f["b"].queue({{"operation", "door"}, {"inventory", "none"}});
        f.pass(1s);
        REQUIRE(f.job(second).merged_into == f.companion("b"));
        f.leave("a", id);
        f.pass(5s);
        CHECK(f.phase(id) == "unlocked");
        f.open_door();
        REQUIRE(f.all_in("open"));
        f.close_door();
        REQUIRE(f.ends(second));
        CHECK(f.job(second).state == JobState::passed);
        CHECK(f.job(id).state == JobState::cancelled);
    }

    TEST_CASE("a move that is wanted while its client waits is refused in every library whose door "
              "it is") {
        Fixture f;
        const auto id = f.unlocked_door({{"operation", "door"}, {"inventory", "none"}});
        const auto companion = f.companion("b");
        for (const auto& [library, door] :
             std::map<std::string, std::string>{{"a", id}, {"b", companion}}) {
            const auto refused = f[library].submit(connected_load);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == Code::door_open);
            CHECK(refused.error().what.find(door) != std::string::npos);
        }
        f.open_door();
        REQUIRE(f.all_in("open"));
        CHECK(f["b"].submit(connected_load).error().code == Code::door_open);
        f.close_door();
        REQUIRE(f.ends(id));
        CHECK(f["b"].submit(connected_load));
    }

    TEST_CASE("one that waits in another library fails when the door is unlocked before its turn") {
        Fixture f;
        const auto waiting = f["b"].queue({{"operation", "load"},
                                           {"source", "slot:1"},
                                           {"while_connected", true},
                                           {"not_before", "2099-01-01T00:00:00Z"}});
        f.unlocked_door({{"operation", "door"}, {"inventory", "none"}});
        CHECK(f.job(waiting).state == JobState::failed);
        CHECK(f.job(waiting).error->code == Code::door_open);
        CHECK(f.job(waiting).error->what.find(f.companion("b")) != std::string::npos);
    }
}
