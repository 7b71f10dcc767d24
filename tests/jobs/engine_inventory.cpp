// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
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

bool hinted(const Bench& bench, std::string_view type) {
    return std::any_of(bench.notices().begin(), bench.notices().end(), [&](const Notice& notice) {
        return notice.type == type;
    });
}

const Json inventory{{"operation", "inventory"}, {"inventory", "fast"}};

} // namespace

TEST_SUITE("jobs/engine/inventory") {
    TEST_CASE("elements are read at start, and then only when something calls for it") {
        Bench f;
        f.pass(60s);
        CHECK(f.agrees());
        const auto reads = f.library().snapshot().count(0xB8);
        f.pass(600s);
        CHECK(f.library().snapshot().count(0xB8) == reads);
        f.pass(600s); // refresh_seconds
        CHECK(f.library().snapshot().count(0xB8) > reads);
        CHECK_FALSE(hinted(f, "foreign_change"));
    }

    TEST_CASE("a fast inventory tells what changed since the last read") {
        Bench f("default?slots=8&drives=1&mail=1&tapes=4&instant", {{"poll_seconds", 3600}});
        f.pass(3s);
        REQUIRE(f.library().open_door());
        REQUIRE(f.library().swap(f.at("slot:1"), f.at("slot:8")));
        REQUIRE(f.library().close_door());
        const auto id = f.queue(inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"moved VT0001L8 storage:1 storage:8"});
    }

    TEST_CASE("a read that does not complete gives no diff, and the job fails") {
        Bench f;
        f.pass(3s);
        auto fault = sim::parse_fault("B8:sense=4/15/01x100");
        REQUIRE(fault);
        f.library().inject(*fault);
        const auto before = f.engine().model().epoch().complete_read;
        const auto id = f.queue(inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).result.is_null());
        CHECK(f.job(id).error->sense.has_value());
        CHECK(f.engine().model().epoch().complete_read == before);
    }

    TEST_CASE("a library that is not ready is waited for") {
        Bench f;
        f.pass(3s);
        REQUIRE(f.library().set_online(false));
        const auto id = f.queue(inventory);
        f.pass(20s);
        if (!f.finished(id)) {
            CHECK(f.job(id).state == JobState::waiting);
        }
        REQUIRE(f.library().set_online(true));
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
    }

    TEST_CASE("a change that nobody of ours made is told") {
        Bench f;
        f.pass(3s);
        REQUIRE(f.library().open_door());
        REQUIRE(f.library().insert("NEW001L8", f.at("slot:8")));
        REQUIRE(f.library().close_door());
        CHECK(f.pass_until([&] { return f.agrees(); }));
        CHECK(hinted(f, "foreign_change"));
    }

    TEST_CASE("a lost library is busy for a moment, then offline; queued jobs wait for it") {
        Bench f;
        f.pass(3s);
        const auto id = f.queue(inventory);
        f.lose_device();
        CHECK(f.submit(inventory).error().code == Code::busy);
        CHECK(f.engine().reach(f.now()) == Reach::grace);
        f.pass(61s);
        CHECK(f.submit(inventory).error().code == Code::library_offline);
        CHECK(f.engine().reach(f.now()) == Reach::offline);
        CHECK(f.engine().offline_detail() == "no answer");
        CHECK(f.job(id).state == JobState::queued);
        f.connect();
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.engine().offline_detail().empty());
    }

    TEST_CASE("a disabled library refuses jobs and is left alone") {
        Bench f("default?slots=8&drives=1&mail=1&tapes=4&instant", {{"enabled", false}});
        f.pass(100s);
        CHECK(f.library().snapshot().count(0xB8) == 0);
        CHECK(f.submit(inventory).error().code == Code::resource_disabled);
    }

    TEST_CASE("finished jobs are forgotten after their time, and their numbers never come again") {
        Bench f("default?slots=8&drives=1&mail=1&tapes=4&instant",
                {{"retention_hours", 1}, {"poll_seconds", 3600}});
        f.pass(3s);
        const auto id = f.queue(inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        f.clock().advance(2h);
        f.pass(1s);
        CHECK(f.engine().job(id) == nullptr);
        CHECK(f.documents().count("job/" + id) == 0);
        f.kill();
        f.pass(3s);
        CHECK(f.queue(inventory) != id);
    }

    TEST_CASE("a submission whose record could not be written leaves no trace") {
        Bench f;
        f.pass(3s);
        Effects effects;
        const auto request = parse_job_request(inventory);
        const auto id = f.engine().submit(*request, {"uid:0", true, true, true}, f.now(), effects);
        REQUIRE(id);
        CHECK(effects.commands.empty());
        f.engine().withdraw(*id);
        f.pass(5s);
        CHECK(f.engine().job(*id) == nullptr);
        CHECK(f.engine().active_job() == std::nullopt);
    }

    TEST_CASE("a stale answer leads nowhere, but what it saw is read again") {
        Bench f;
        f.pass(3s);
        const auto job = f.queue(inventory);
        f.hold = true;
        f.pass(1s);
        REQUIRE(f.waiting());
        const auto late = f.engine().device_answer(
            job, f.waiting()->step + 100, {jobs::Readiness{true, std::nullopt}}, f.now());
        CHECK(late.commands.empty());
        CHECK_FALSE(f.finished(job));
        f.hold = false;
        f.carry_out();
        CHECK(f.finished(job));
    }
}
