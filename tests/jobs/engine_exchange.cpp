// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "sim/fault.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using Lines = std::vector<std::string>;

namespace {

constexpr std::uint8_t move_medium = 0xA5;
constexpr std::uint8_t exchange_medium = 0xA6;

constexpr const char* small = "default?slots=8&drives=2&mail=1&tapes=4&instant";
const std::map<std::string, Json> quick{{"poll_seconds", 5}};

/// A library without EXCHANGE MEDIUM.
void forget_to_exchange(Bench& bench) {
    const auto fault = sim::parse_fault("A6:sense=5/20/00x99");
    REQUIRE(fault);
    bench.library().inject(*fault);
}

struct Fixture : Bench {
    Fixture()
        : Bench(small, quick) {
        pass(3s);
    }

    std::string run(const Json& body) {
        const auto id = queue(body);
        REQUIRE(pass_until([&] { return finished(id); }, 1200s));
        return id;
    }

    Code code(const std::string& id) { return job(id).error ? job(id).error->code : Code::ok; }

    std::string held(std::string_view place) {
        return library().snapshot().at(at(place)).value_or("");
    }

    std::size_t sent(std::uint8_t opcode) { return library().snapshot().count(opcode); }

    /// The states of the steps: "exchange refused", "move done".
    Lines steps(const std::string& id) {
        Lines lines;
        for (const auto& step : job(id).result["steps"])
            lines.push_back(step["operation"].get<std::string>() + " " +
                            step["state"].get<std::string>());
        return lines;
    }
};

const Json swap_body{{"operation", "exchange"}, {"source", "slot:1"}, {"destination", "slot:2"}};

/// Loads a cartridge, swaps it with another; returns the job of the swap.
std::string swapped(Bench& bench) {
    bench.pass(3s);
    std::string id;
    for (int attempt = 0; attempt < 3 && id.empty(); ++attempt) {
        if (const auto queued = bench.submit(swap_body))
            id = *queued;
        bench.pass(5s);
    }
    REQUIRE_FALSE(id.empty());
    REQUIRE(bench.pass_until([&] { return bench.finished(id); }, 1200s));
    bench.pass(10s);
    return id;
}

} // namespace

TEST_SUITE("jobs/engine/exchange") {
    TEST_CASE("a library that exchanges by itself is told once") {
        Fixture f;
        const auto id = f.run(swap_body);
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.held("slot:1") == "VT0002L8");
        CHECK(f.held("slot:2") == "VT0001L8");
        CHECK(f.sent(exchange_medium) == 1);
        CHECK(f.sent(move_medium) == 0);
        CHECK(f.steps(id) == Lines{"exchange done"});
        CHECK(f.job(id).result["barcode"] == "VT0001L8");
        CHECK(f.job(id).result["second_barcode"] == "VT0002L8");
        CHECK(f.agrees());
        CHECK(f.engine().model().with_barcode("VT0001L8").front()->home_slot == f.at("slot:2"));
    }

    TEST_CASE("without such a command a swap goes through a slot that the journal names") {
        Fixture f;
        forget_to_exchange(f);
        const auto id = f.run(swap_body);
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.held("slot:1") == "VT0002L8");
        CHECK(f.held("slot:2") == "VT0001L8");
        CHECK(f.held("slot:5").empty());
        CHECK(f.sent(move_medium) == 3);
        CHECK(f.steps(id) == Lines{"exchange refused", "move done", "move done", "move done"});
        CHECK(f.job(id).result["steps"][1]["destination"]["number"] == 5);
        CHECK(f.agrees());
    }

    TEST_CASE("with a third element the cartridges rotate, two moves or one exchange") {
        for (const bool native : {true, false}) {
            CAPTURE(native);
            Fixture f;
            if (!native)
                forget_to_exchange(f);
            f.run({{"operation", "load"}, {"source", "slot:1"}, {"destination", "drive:1"}});
            const auto id = f.run({{"operation", "exchange"},
                                   {"source", "slot:2"},
                                   {"destination", "drive:1"},
                                   {"second_destination", "slot:8"}});
            CHECK(f.job(id).state == JobState::passed);
            CHECK(f.held("drive:1") == "VT0002L8");
            CHECK(f.held("slot:8") == "VT0001L8");
            CHECK(f.held("slot:2").empty());
            CHECK(f.sent(move_medium) == (native ? 1 : 3));
            CHECK(f.agrees());
        }
    }

    TEST_CASE("a swap with no slot to go through is refused, and nothing moves") {
        Bench bench("default?slots=4&drives=1&mail=0&tapes=4&instant", quick);
        forget_to_exchange(bench);
        const auto id = swapped(bench);
        CHECK(bench.job(id).state == JobState::failed);
        CHECK(bench.library().snapshot().moves == 0);
        CHECK(bench.agrees());
    }

    TEST_CASE("an exchange that stops half-way says how far it went and what was not done") {
        Fixture f;
        forget_to_exchange(f);
        const auto fault = sim::parse_fault("A5:sense=4/15/01@2");
        REQUIRE(fault);
        f.library().inject(*fault);
        const auto id = f.run(swap_body);
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.steps(id) ==
              Lines{"exchange refused", "move done", "move not_done", "move not_run"});
        CHECK(f.job(id).error->what.find("VT0002L8 from slot:2 to slot:5") != std::string::npos);
        CHECK(f.job(id).error->what.find("not run: VT0002L8 from slot:5 to slot:1") !=
              std::string::npos);
        CHECK(f.held("slot:5") == "VT0002L8");
        CHECK(f.pass_until([&] { return f.agrees(); }));
    }

    TEST_CASE("another cartridge than the map shows is not exchanged") {
        Fixture f;
        REQUIRE(f.library().open_door());
        REQUIRE(f.library().swap(f.at("slot:1"), f.at("slot:3")));
        REQUIRE(f.library().close_door());
        const auto id = f.run(swap_body);
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.library().snapshot().moves == 0);
        CHECK(f.pass_until([&] { return f.agrees(); }));
    }

    TEST_CASE("a lost answer is judged from the elements, and nothing is sent twice") {
        for (const std::string spec : {"A6:drop", "A6:drop-after", "A6:timeout-after"}) {
            CAPTURE(spec);
            Fixture f;
            const auto fault = sim::parse_fault(spec);
            REQUIRE(fault);
            f.library().inject(*fault);
            const auto id = f.run(swap_body);
            CHECK(f.job(id).state == JobState::passed);
            CHECK(f.sent(exchange_medium) == 1);
            CHECK(f.agrees());
        }
    }

    TEST_CASE("killed at every record of an exchange, the verdict is true and nothing goes on") {
        for (const bool native : {true, false}) {
            std::size_t records = 0;
            {
                Bench bench(small, quick);
                if (!native)
                    forget_to_exchange(bench);
                const auto before = bench.records();
                swapped(bench);
                records = bench.records() - before;
            }
            REQUIRE(records > 3);
            for (const auto cut : {Cut::before_command, Cut::after_command})
                for (std::size_t at = 1; at <= records; ++at) {
                    CAPTURE(native);
                    CAPTURE(at);
                    CAPTURE(cut == Cut::after_command);
                    Bench bench(small, quick);
                    if (!native)
                        forget_to_exchange(bench);
                    bench.kill_at(at, cut);
                    const auto id = swapped(bench);
                    const auto snapshot = bench.library().snapshot();
                    const bool there = snapshot.at(bench.at("slot:1")) == "VT0002L8" &&
                                       snapshot.at(bench.at("slot:2")) == "VT0001L8";
                    CHECK((bench.job(id).state == JobState::passed) == there);
                    if (!there)
                        CHECK(bench.job(id).error->code == Code::interrupted);
                    for (const auto& step : bench.job(id).result.value("steps", Json::array()))
                        CHECK(step["state"] != "unknown");
                    const auto moves = snapshot.count(move_medium);
                    std::size_t told = 0;
                    for (const auto& step : bench.job(id).result.value("steps", Json::array()))
                        told += step["operation"] == "move" && step["state"] == "done" ? 1 : 0;
                    CHECK(moves == told);
                    CHECK(snapshot.count(exchange_medium) <= 1);
                    CHECK(bench.agrees());
                }
        }
    }

    TEST_CASE("a step that nobody waits for must not be sent") {
        Fixture f;
        Effects effects;
        const jobs::ExchangeStep step{.source = f.at("slot:1"), .destination = f.at("slot:5")};
        CHECK(f.engine().exchange_step("main-1", 7, step, 0, f.now(), effects).error().code ==
              Code::interrupted);
        f.hold = true;
        const auto id = f.queue(swap_body);
        f.pass(1s);
        REQUIRE(f.waiting());
        const auto waited = f.waiting()->step;
        CHECK_FALSE(f.engine().exchange_step(id, waited + 1, step, 0, f.now(), effects));
        CHECK_FALSE(f.engine().exchange_step("main-99", waited, step, 0, f.now(), effects));
        CHECK_FALSE(f.engine().exchange_step(id, waited, step, 1, f.now(), effects));
        CHECK(f.engine().exchange_step(id, waited, step, 0, f.now(), effects));
        CHECK_FALSE(effects.changes.empty());
    }

    TEST_CASE("the arm is sent to an element, and nothing moves") {
        Fixture f;
        const auto id = f.run({{"operation", "position"}, {"destination", "slot:3"}});
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["destination"]["number"] == 3);
        CHECK(f.library().snapshot().moves == 0);
        const auto fault = sim::parse_fault("2B:sense=5/20/00");
        REQUIRE(fault);
        f.library().inject(*fault);
        const auto refused = f.run({{"operation", "position"}, {"destination", "slot:3"}});
        CHECK(f.job(refused).state == JobState::failed);
    }

    TEST_CASE("a positioning that a restart or a lost device interrupted is not sent again") {
        Fixture f;
        f.hold = true;
        const auto id = f.queue({{"operation", "position"}, {"destination", "slot:3"}});
        f.pass(1s);
        REQUIRE(f.waiting());
        f.kill();
        CHECK(f.code(id) == Code::interrupted);
        f.hold = false;
        f.pass(5s);
        f.hold = true;
        const auto other = f.queue({{"operation", "position"}, {"destination", "slot:3"}});
        f.pass(1s);
        REQUIRE(f.waiting());
        f.lose_device();
        CHECK(f.job(other).state == JobState::failed);
        CHECK(f.sent(0x2B) == 0);
    }
}
