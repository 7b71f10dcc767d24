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

const std::map<std::string, Json> quick{
    {"door.quiet_seconds", 2}, {"door.unlock_timeout_seconds", 60}, {"door.max_open_seconds", 120}};

struct Fixture : Bench {
    explicit Fixture(std::string_view simulated = small,
                     std::map<std::string, Json> more = {},
                     bool has_barcodes = true)
        : Bench(simulated, [&] {
            more.insert(quick.begin(), quick.end());
            return more;
        }()) {
        pass(3s);
        REQUIRE((agrees() || !has_barcodes));
    }

    std::string door(const char* inventory = "fast") {
        return queue({{"operation", "door"}, {"inventory", inventory}});
    }

    /// A door job that waits for its door to be opened.
    std::string unlocked(const char* inventory = "fast") {
        const auto id = door(inventory);
        REQUIRE(pass_until([&] { return phase(id) == "unlocked"; }));
        return id;
    }

    void open() { REQUIRE(library().open_door()); }

    void close() { REQUIRE(library().close_door()); }

    void insert(const char* barcode, const char* place) {
        REQUIRE(library().insert(barcode, at(place)));
    }

    bool ends(const std::string& id) {
        return pass_until([&] { return finished(id); });
    }
};

} // namespace

TEST_SUITE("jobs/engine/door") {
    TEST_CASE("a door job with a fast inventory names what was added, taken, moved and swapped") {
        Fixture f;
        const auto id = f.unlocked();
        CHECK(f.engine().door().lock == door::LockState::unlocked);
        f.open();
        REQUIRE(f.pass_until([&] { return f.phase(id) == "open"; }));
        CHECK(f.engine().door().state == door::DoorState::open);
        CHECK(f.engine().model().stale());
        f.insert("NEW001L8", "slot:8");
        REQUIRE(f.library().remove(f.at("slot:4")));
        REQUIRE(f.library().swap(f.at("slot:1"), f.at("slot:2")));
        REQUIRE(f.library().swap(f.at("slot:3"), f.at("slot:6")));
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"added NEW001L8 - storage:8",
                                  "removed VT0004L8 storage:4 -",
                                  "moved VT0003L8 storage:3 storage:6",
                                  "swapped VT0002L8 storage:2 storage:1",
                                  "swapped VT0001L8 storage:1 storage:2"});
        CHECK(f.job(id).result["inventory"] == "fast");
        CHECK(f.agrees());
        CHECK_FALSE(f.engine().model().stale());
        CHECK(f.engine().door().state == door::DoorState::closed);
        CHECK(f.pending() == nullptr);
        CHECK(f.engine().model().with_barcode("VT0004L8").front()->offline());
    }

    TEST_CASE("the default inventory is resolved from the setting and recorded") {
        Fixture f(small, {{"inventory_method", "none"}});
        const auto id = f.unlocked("default");
        f.open();
        f.pass(3s);
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["inventory"] == "none");
    }

    TEST_CASE("changes made before the door was unlocked are not told as the door's") {
        Fixture f;
        f.open();
        f.insert("EARLY1L8", "slot:7");
        f.close(); // nobody polled meanwhile
        const auto id = f.unlocked();
        f.open();
        f.pass(2s);
        f.insert("LATE01L8", "slot:8");
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.diff(id) == Lines{"added LATE01L8 - storage:8"});
        CHECK(f.agrees());
    }

    TEST_CASE("opened and closed between two polls") {
        Fixture f;
        const auto id = f.unlocked();
        f.open();
        f.insert("NEW001L8", "slot:8");
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"added NEW001L8 - storage:8"});
    }

    TEST_CASE("a door that is never opened fails the job and is locked again") {
        Fixture f(small, {{"door.lock_policy", "always"}});
        CHECK(f.library().snapshot().lock_holders.size() == 1);
        const auto id = f.unlocked();
        CHECK(f.library().snapshot().lock_holders.empty());
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::failed);
        REQUIRE(f.job(id).error);
        CHECK(f.job(id).error->code == Code::door_not_opened);
        CHECK(f.library().snapshot().lock_holders.size() == 1);
        CHECK(f.agrees());
    }

    TEST_CASE("a door that is open for too long is asked to be closed, and closing satisfies") {
        Fixture f;
        const auto id = f.unlocked();
        f.open();
        REQUIRE(f.pass_until([&] { return f.pending() != nullptr; }));
        const auto asked = *f.pending();
        CHECK(asked.type == "close_door");
        CHECK(asked.job == id);
        CHECK(f.job(id).operator_request == asked.id);
        CHECK(f.job(id).state == JobState::waiting);
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.engine().request(asked.id)->state == RequestState::satisfied);
        CHECK(f.job(id).operator_request == std::nullopt);
    }

    TEST_CASE("a door job can be cancelled in each phase, and again, and ends closed and read") {
        for (const std::string phase : {"queued", "unlocked", "open", "settling"}) {
            CAPTURE(phase);
            Fixture f(phase == "settling" ? "default?slots=8&drives=1&mail=1&tapes=4" : small);
            const auto id = f.door();
            if (phase != "queued") {
                REQUIRE(f.pass_until([&] { return f.phase(id) == "unlocked"; }));
            }
            if (phase == "open" || phase == "settling") {
                f.open();
                REQUIRE(f.pass_until([&] { return f.phase(id) == "open"; }));
                f.insert("NEW001L8", "slot:8");
            }
            if (phase == "settling") {
                f.close();
                REQUIRE(f.pass_until([&] { return f.phase(id) == "settling"; }));
            }
            CHECK(*f.cancel(id) == Cancellation::requested);
            if (!f.finished(id))
                CHECK(*f.cancel(id) == Cancellation::requested);
            CHECK(f.job(id).cancel_requested);
            if (phase == "open") {
                f.pass(5s);
                CHECK_FALSE(f.finished(id)); // an open door cannot be locked
                f.close();
            }
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.job(id).error->code == Code::cancelled);
            CHECK(f.agrees());
            CHECK(*f.cancel(id) == Cancellation::already_finished);
            CHECK(f.engine().active_job() == std::nullopt);
        }
    }

    TEST_CASE("a second request before the door opens is merged, and has an outcome of its own") {
        Fixture f;
        const auto first = f.unlocked("none");
        const auto second =
            f.queue({{"operation", "door"}, {"inventory", "fast"}, {"max_open_seconds", 30}});
        f.pass(1s);
        CHECK(f.job(second).state == JobState::waiting);
        CHECK(f.job(second).merged_into == first);
        f.open();
        REQUIRE(f.pass_until([&] { return f.pending() != nullptr; }, 40s)); // the smaller max_open
        f.close();
        REQUIRE(f.ends(first));
        for (const auto& id : {first, second}) {
            CAPTURE(id);
            CHECK(f.job(id).state == JobState::passed);
            CHECK(f.job(id).result["inventory"] == "fast"); // the stronger one
            CHECK(f.job(id).finished_at.has_value());
        }
    }

    TEST_CASE("cancelling one of two merged requests leaves the other its door") {
        for (const bool cancel_first : {true, false}) {
            CAPTURE(cancel_first);
            Fixture f;
            const auto first = f.unlocked("fast");
            const auto second = f.door("none");
            f.pass(1s);
            const auto& gone = cancel_first ? first : second;
            const auto& stays = cancel_first ? second : first;
            REQUIRE(f.cancel(gone));
            CHECK(f.job(gone).state == JobState::cancelled);
            CHECK(f.job(gone).merged_into == std::nullopt);
            CHECK(f.job(stays).merged_into == std::nullopt);
            CHECK(f.engine().active_job() == stays);
            f.open();
            f.pass(3s);
            f.close();
            REQUIRE(f.ends(stays));
            CHECK(f.job(stays).state == JobState::passed);
            CHECK(f.job(stays).result["inventory"] == (cancel_first ? "none" : "fast"));
        }
        Fixture f;
        const auto first = f.unlocked();
        const auto second = f.door();
        f.pass(1s);
        REQUIRE(f.cancel(first));
        REQUIRE(f.cancel(second));
        REQUIRE(f.ends(second));
        CHECK(f.job(second).state == JobState::cancelled);
    }

    TEST_CASE("a request made while the door is open waits for its own turn") {
        Fixture f;
        const auto first = f.unlocked();
        f.open();
        REQUIRE(f.pass_until([&] { return f.phase(first) == "open"; }));
        const auto second = f.door();
        f.pass(2s);
        CHECK(f.job(second).state == JobState::queued);
        f.close();
        REQUIRE(f.pass_until([&] { return f.phase(second) == "unlocked"; }));
        CHECK(f.job(first).state == JobState::passed);
    }

    TEST_CASE("a door opened without a request becomes a job that asks to close it") {
        Fixture f;
        f.open();
        REQUIRE(f.pass_until([&] { return f.pending() != nullptr; }));
        CHECK(f.pending()->type == "close_door");
        REQUIRE(f.engine().active_job());
        const auto id = *f.engine().active_job();
        CHECK(f.job(id).submitted_by == "daemon");
        CHECK(f.job(id).state == JobState::waiting);
        f.insert("NEW001L8", "slot:8");
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"added NEW001L8 - storage:8"});
        CHECK(f.pending() == nullptr);
    }

    TEST_CASE("a library that never reports its door asks the operator") {
        Fixture f("silent-door?slots=8&drives=1&mail=1&tapes=4&instant", {{"door.reports", false}});
        const auto id = f.door();
        REQUIRE(f.pass_until([&] { return f.pending() != nullptr; }));
        CHECK(f.pending()->type == "confirm_opened");
        f.open();
        f.insert("NEW001L8", "slot:8");
        f.close();
        SUBCASE("complete") {
            f.answer(jobs::Answer::complete);
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::passed);
            CHECK(f.diff(id) == Lines{"added NEW001L8 - storage:8"});
        }
        SUBCASE("refuse") {
            f.answer(jobs::Answer::refuse);
            REQUIRE(f.ends(id));
            CHECK(f.job(id).state == JobState::cancelled);
            CHECK(f.agrees());
        }
    }

    TEST_CASE("a library that cannot lock asks to open its door, and goes on by what it reports") {
        Fixture f("cannot-lock?slots=8&drives=1&mail=1&tapes=4&instant");
        const auto id = f.door();
        REQUIRE(f.pass_until([&] { return f.pending() != nullptr; }));
        CHECK(f.pending()->type == "open_door");
        f.open();
        f.pass(3s);
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.engine().door().lock == door::LockState::not_effective);
    }

    TEST_CASE("without a barcode reader a fast inventory tells what became full and empty") {
        Fixture f("no-barcode-reader?slots=8&drives=1&mail=1&tapes=4&instant", {}, false);
        const auto id = f.unlocked();
        f.open();
        f.pass(2s);
        f.insert("NEW001L8", "slot:8");
        REQUIRE(f.library().remove(f.at("slot:2")));
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"added ? - storage:8", "removed ? storage:2 -"});
    }

    TEST_CASE("the door waits for the move that runs, and moves wait for the door") {
        Fixture f;
        f.hold = true;
        const auto load = f.queue({{"operation", "load"}, {"source", "slot:1"}});
        f.pass(1s);
        REQUIRE(f.waiting());
        const auto door = f.door();
        const auto later = f.queue({{"operation", "load"}, {"source", "slot:2"}});
        f.pass(5s);
        CHECK(f.job(door).state == JobState::queued);
        f.hold = false;
        f.carry_out();
        CHECK(f.job(load).state == JobState::passed);
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        CHECK(f.job(later).state == JobState::queued);
        f.open();
        f.pass(3s);
        f.close();
        REQUIRE(f.ends(later));
        CHECK(f.job(door).state == JobState::passed);
        CHECK(f.job(later).state == JobState::passed);
    }

    TEST_CASE("a connection lost while the door is open ends nothing") {
        Fixture f;
        const auto id = f.unlocked();
        f.open();
        REQUIRE(f.pass_until([&] { return f.phase(id) == "open"; }));
        f.lose_device();
        f.insert("NEW001L8", "slot:8");
        f.pass(20s);
        f.connect();
        f.pass(5s);
        CHECK_FALSE(f.finished(id));
        f.close();
        REQUIRE(f.ends(id));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"added NEW001L8 - storage:8"});
    }
}
