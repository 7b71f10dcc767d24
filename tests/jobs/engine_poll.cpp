// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "sim/fault.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;

namespace {

constexpr const char* small = "default?slots=8&drives=2&mail=1&tapes=4&instant";

/// A library that is looked at by itself once an hour.
struct Quiet : Bench {
    explicit Quiet(int refresh_seconds = 3600)
        : Bench(small, {{"poll_seconds", 3600}, {"refresh_seconds", refresh_seconds}}) {
        pass(3s);
        hold = true;
        REQUIRE_FALSE(waiting());
    }

    void look() { take(engine().revalidate(now())); }

    template <class Command>
    bool sent() const {
        return waiting() && std::holds_alternative<Command>(waiting()->command);
    }

    void fault(std::string_view spec) {
        const auto fault = sim::parse_fault(spec);
        REQUIRE(fault);
        library().inject(*fault);
    }
};

} // namespace

TEST_SUITE("jobs/engine/poll") {
    TEST_CASE("what another host moves is told as foreign, and still after a restart; our own is "
              "not") {
        Bench f(small, {{"poll_seconds", 5}, {"refresh_seconds", 5}});
        f.pass(3s);
        const auto ours = f.queue({{"operation", "load"}, {"source", "slot:2"}});
        f.pass(20s);
        REQUIRE(f.finished(ours));
        CHECK(f.engine().foreign_changes().all().empty());

        sim::SimTransport transport(
            f.shared_library(), f.clock(), sim::Initiator{"iqn.2026-01.test:other", 1});
        auto other = Changer::open(transport, f.clock(), Quirks::builtin());
        REQUIRE(other);
        REQUIRE(other->move(f.at("slot:1"), f.at("drive:2")).verdict == changer::MoveVerdict::done);
        f.pass(20s);
        CHECK(f.agrees());
        const auto told = [](const Notice& notice) { return notice.type == "foreign_change"; };
        const auto notice = std::find_if(f.notices().begin(), f.notices().end(), told);
        REQUIRE(notice != f.notices().end());
        CHECK(notice->text == "moved VT0001L8 from slot:1 to drive:2");
        CHECK_FALSE(notice->job);
        f.kill();
        REQUIRE(f.engine().foreign_changes().all().size() == 1);
        CHECK(f.engine().foreign_changes().all().front().diff[0]["barcode"] == "VT0001L8");
        f.pass(20s);
        CHECK(f.engine().foreign_changes().all().size() == 1);
    }

    TEST_CASE("a look at what is fresh is one question whether the library is ready") {
        Quiet f;
        f.look();
        CHECK(f.engine().revalidating());
        REQUIRE(f.sent<TestReady>());
        f.carry_out();
        CHECK_FALSE(f.engine().revalidating());
        CHECK_FALSE(f.waiting());
    }

    TEST_CASE("what an event made doubtful is read, and the look is over when it is") {
        Quiet f;
        f.fault("tur:sense=6/29/00");
        f.look();
        REQUIRE(f.sent<TestReady>());
        f.carry_out();
        CHECK(f.engine().revalidating());
        REQUIRE(f.sent<ReadElements>());
        f.carry_out();
        CHECK_FALSE(f.engine().revalidating());
        CHECK_FALSE(f.engine().model().stale());
        CHECK_FALSE(f.waiting());
    }

    TEST_CASE("what is older than refresh_seconds is read") {
        Quiet f(60);
        f.clock().advance(50s);
        f.look();
        f.carry_out();
        CHECK_FALSE(f.waiting());
        f.clock().advance(10s);
        f.look();
        f.carry_out();
        CHECK(f.sent<ReadElements>());
        CHECK(f.engine().revalidating());
    }

    TEST_CASE("a library that is not ready is not read") {
        Quiet f(1);
        f.fault("tur:sense=2/04/01");
        f.clock().advance(2s);
        f.look();
        f.carry_out();
        CHECK_FALSE(f.engine().revalidating());
        CHECK_FALSE(f.waiting());
    }

    TEST_CASE("a read that fails ends the look, and is due still") {
        Quiet f(1);
        f.fault("res:status=18x9");
        f.clock().advance(2s);
        f.look();
        f.carry_out();
        REQUIRE(f.sent<ReadElements>());
        f.carry_out();
        CHECK_FALSE(f.engine().revalidating());
        f.fault("any:status=18x9");
        f.look();
        REQUIRE(f.sent<TestReady>());
        f.carry_out();
        CHECK_FALSE(f.engine().revalidating());
        CHECK_FALSE(f.waiting());
    }

    TEST_CASE("a look waits for the command that runs, and asks after it") {
        Quiet f;
        f.fault("tur:sense=6/29/00");
        f.look();
        f.carry_out();
        REQUIRE(f.sent<ReadElements>());
        f.look();
        REQUIRE(f.sent<ReadElements>());
        f.carry_out();
        CHECK(f.sent<TestReady>());
        CHECK(f.engine().revalidating());
        f.carry_out();
        CHECK_FALSE(f.engine().revalidating());
    }

    TEST_CASE("while a job has the robot nothing is sent, and a job that starts ends a look") {
        Quiet f;
        f.look();
        const auto id = f.queue({{"operation", "load"}, {"source", "slot:1"}});
        CHECK(f.engine().revalidating());
        f.carry_out();
        REQUIRE(f.engine().active_job() == id);
        CHECK_FALSE(f.engine().revalidating());
        REQUIRE(f.sent<MoveMedium>());
        f.look();
        CHECK_FALSE(f.engine().revalidating());
        CHECK(f.sent<MoveMedium>());
        f.carry_out();
        CHECK(f.finished(id));
    }

    TEST_CASE("without a device, or disabled, a look is over at once; a lost device ends it") {
        Quiet f;
        f.look();
        CHECK(f.engine().revalidating());
        f.lose_device();
        CHECK_FALSE(f.engine().revalidating());
        f.look();
        CHECK_FALSE(f.engine().revalidating());
        f.connect();
        while (f.carry_out()) { // what it asks by itself
        }
        Effects effects;
        REQUIRE(f.engine().change_setting("enabled", false, f.now(), effects));
        f.take(std::move(effects));
        f.look();
        CHECK_FALSE(f.engine().revalidating());
        CHECK_FALSE(f.waiting());
    }
}
