// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "sim/fault.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

struct Fixture : Bench {
    Fixture() { pass(3s); }

    std::string run(const Json& body) {
        const auto id = queue(body);
        REQUIRE(pass_until([&] { return finished(id); }, 1200s));
        return id;
    }

    Code code(const std::string& id) { return job(id).error ? job(id).error->code : Code::ok; }

    void fault(std::string_view spec) {
        const auto fault = sim::parse_fault(spec);
        REQUIRE(fault);
        library().inject(*fault);
    }
};

} // namespace

TEST_SUITE("jobs/engine/moves") {
    TEST_CASE("a load takes the first empty drive, an unload the way home") {
        Fixture f;
        const auto load = f.run({{"operation", "load"}, {"source", "VT0002L8"}});
        CHECK(f.job(load).state == JobState::passed);
        CHECK(f.library().snapshot().at(f.at("drive:1")) == "VT0002L8");
        CHECK(f.job(load).result["barcode"] == "VT0002L8");
        CHECK(f.job(load).result["destination"]["type"] == "data_transfer");
        CHECK(f.agrees());
        const auto second = f.run({{"operation", "load"}, {"source", "1"}});
        CHECK(f.job(second).result["destination"]["number"] == 2);
        const auto third = f.run({{"operation", "load"}, {"source", "slot:3"}});
        CHECK(f.code(third) == Code::destination_full);
        const auto unload = f.run({{"operation", "unload"}, {"source", "drive:1"}});
        CHECK(f.job(unload).result["destination"]["number"] == 2);
        CHECK(f.agrees());
    }

    TEST_CASE("a move goes where it is told, and the cartridge is at home there") {
        Fixture f;
        const auto id =
            f.run({{"operation", "move"}, {"source", "VT0001L8"}, {"destination", "slot:7"}});
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.agrees());
        CHECK(f.engine().model().with_barcode("VT0001L8").front()->home_slot == f.at("slot:7"));
        const auto empty =
            f.run({{"operation", "move"}, {"source", "slot:1"}, {"destination", "slot:8"}});
        CHECK(f.code(empty) == Code::source_empty);
        const auto full =
            f.run({{"operation", "move"}, {"source", "slot:2"}, {"destination", "slot:7"}});
        CHECK(f.code(full) == Code::destination_full);
        CHECK(f.agrees());
    }

    TEST_CASE("another cartridge than the map shows is not moved, and the map learns") {
        Fixture f;
        REQUIRE(f.library().open_door());
        REQUIRE(f.library().swap(f.at("slot:1"), f.at("slot:2")));
        REQUIRE(f.library().close_door());
        const auto id =
            f.run({{"operation", "move"}, {"source", "slot:1"}, {"destination", "slot:8"}});
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.library().snapshot().moves == 0);
        CHECK(f.pass_until([&] { return f.agrees(); }));
    }

    TEST_CASE("a lost answer is not a lost cartridge: one MOVE, a true verdict") {
        for (const std::string spec : {"A5:drop", "A5:drop-after", "A5:timeout-after"}) {
            CAPTURE(spec);
            Fixture f;
            f.fault(spec);
            const auto id = f.run({{"operation", "load"}, {"source", "slot:1"}});
            CHECK(f.library().snapshot().count(0xA5) == 1);
            CHECK(f.job(id).state == JobState::passed);
            CHECK(f.agrees());
        }
        Fixture f;
        f.fault("A5:drop-before");
        const auto id = f.run({{"operation", "load"}, {"source", "slot:1"}});
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.library().snapshot().moves == 0);
        CHECK(f.agrees());
    }

    TEST_CASE("a move whose library is lost is judged when it is back") {
        for (const bool done : {true, false}) {
            CAPTURE(done);
            Fixture f;
            f.hold = true;
            const auto id = f.queue({{"operation", "load"}, {"source", "slot:1"}});
            f.pass(1s);
            REQUIRE(f.waiting());
            if (done)
                f.execute(f.waiting()->command);
            f.hold = false;
            f.lose_device();
            f.pass(30s);
            CHECK(f.job(id).state == JobState::waiting);
            CHECK(f.phase(id) == "verifying");
            f.connect();
            REQUIRE(f.pass_until([&] { return f.finished(id); }));
            CHECK(f.job(id).state == (done ? JobState::passed : JobState::failed));
            CHECK(f.code(id) == (done ? Code::ok : Code::transport_failed));
            CHECK(f.library().snapshot().count(0xA5) == (done ? 1 : 0));
            CHECK(f.agrees());
        }
    }
}
