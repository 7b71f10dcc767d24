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

const Principal anybody{"uid:0", true, true, true};

struct Fixture : Bench {
    Fixture() { pass(3s); }

    Result<std::string> ask(const std::string& text, const Principal& who = anybody) {
        Effects effects;
        auto id = engine().ask(text, who, now(), effects);
        take(std::move(effects));
        return id;
    }

    const OperatorRequest* of_type(std::string_view type) {
        for (const auto& [id, request] : engine().requests())
            if (request.type == type)
                return &request;
        return nullptr;
    }
};

} // namespace

TEST_SUITE("jobs/engine/requests") {
    TEST_CASE("a message waits for its answer, and outlives a restart") {
        Fixture f;
        const auto id = f.ask("put tape X into slot 3", {"uid:7", true, false, false});
        REQUIRE(id);
        f.kill();
        const auto* request = f.engine().request(*id);
        REQUIRE(request != nullptr);
        CHECK(request->state == RequestState::pending);
        CHECK(request->type == "message");
        CHECK(request->created_by == "uid:7");
        f.answer(jobs::Answer::refuse);
        CHECK(f.engine().request(*id)->state == RequestState::refused);
        CHECK(f.engine().request(*id)->answered_by == "uid:0");
    }

    TEST_CASE("a message without text, too long, or from nobody changes nothing") {
        Fixture f;
        const auto documents = f.documents();
        CHECK(f.ask("").error().code == Code::invalid_parameter);
        CHECK(f.ask(std::string(257, 'x')).error().code == Code::invalid_parameter);
        CHECK(f.ask("x", {"uid:7"}).error().code == Code::access_denied);
        CHECK(f.documents() == documents);
        CHECK(f.ask(std::string(256, 'x')));
    }

    TEST_CASE("an answer is given once: the first one stands") {
        Fixture f;
        const auto id = f.ask("x");
        f.answer(jobs::Answer::complete);
        Effects effects;
        REQUIRE(f.engine().answer(*id, jobs::Answer::refuse, anybody, f.now(), effects));
        CHECK(effects.changes.empty());
        CHECK(f.engine().request(*id)->state == RequestState::completed);
    }

    TEST_CASE("a cartridge in the arm calls a human, until the arm is seen empty") {
        Fixture f;
        const auto fault = sim::parse_fault("A5:stuck");
        REQUIRE(fault);
        f.library().inject(*fault);
        const auto id = f.queue({{"operation", "load"}, {"source", "1"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }, 1200s));
        REQUIRE(f.job(id).error);
        REQUIRE(f.job(id).error->code == Code::cartridge_in_arm);
        const auto* request = f.of_type("clear_arm");
        REQUIRE(request != nullptr);
        CHECK(request->state == RequestState::pending);
        CHECK(request->job == id);
        CHECK(request->text.find(id) != std::string::npos);
        f.kill();
        CHECK(f.of_type("clear_arm")->state == RequestState::pending);
        const auto back =
            f.queue({{"operation", "move"}, {"source", "@1"}, {"destination", "slot:1"}});
        REQUIRE(f.pass_until([&] { return f.finished(back); }, 1200s));
        CHECK(f.job(back).state == JobState::passed);
        const auto inventory = f.queue({{"operation", "inventory"}});
        REQUIRE(f.pass_until([&] { return f.finished(inventory); }));
        CHECK(f.of_type("clear_arm")->state == RequestState::satisfied);
    }

    TEST_CASE("a library that stays away calls a human, once, until it is back") {
        Fixture f;
        f.lose_device();
        f.pass(50s);
        CHECK(f.of_type("library_offline") == nullptr); // it may come back by itself
        f.pass(20s);
        const auto* request = f.of_type("library_offline");
        REQUIRE(request != nullptr);
        CHECK(request->state == RequestState::pending);
        CHECK(request->text.find("no answer") != std::string::npos);
        const auto id = request->id;
        f.pass(100s);
        CHECK(f.engine().requests().size() == 1);
        f.connect();
        CHECK(f.engine().request(id)->state == RequestState::satisfied);
    }

    TEST_CASE("the call to a library outlives a restart, and is withdrawn when it is disabled") {
        Fixture f;
        f.lose_device();
        f.pass(70s);
        f.start_engine();
        f.take(f.engine().device_offline(Error{Code::transport_failed, "no answer"}, f.now()));
        f.pass(70s);
        REQUIRE(f.engine().requests().size() == 1);
        CHECK(f.of_type("library_offline")->state == RequestState::pending);
        REQUIRE(f.submit({{"operation", "disable"}}));
        f.pass(2s);
        CHECK(f.of_type("library_offline")->state == RequestState::withdrawn);
    }

    TEST_CASE("what a library cannot do by itself calls a human, once for all jobs that fail") {
        Fixture f;
        const auto fault = sim::parse_fault("A5:sense=4/3E/01x20");
        REQUIRE(fault);
        f.library().inject(*fault);
        for (int i = 0; i < 2; ++i) {
            const auto id = f.queue({{"operation", "load"}, {"source", "1"}});
            REQUIRE(f.pass_until([&] { return f.finished(id); }, 1200s));
            REQUIRE(f.job(id).error);
        }
        REQUIRE(f.engine().requests().size() == 1);
        const auto* request = f.of_type("service");
        REQUIRE(request != nullptr);
        CHECK(request->text.find("logical unit failure (4/3E/01)") != std::string::npos);
        f.kill();
        CHECK(f.of_type("service")->state == RequestState::pending);
    }

    TEST_CASE("a refusal that only says no calls nobody") {
        Fixture f;
        const auto fault = sim::parse_fault("A5:sense=5/24/00x20");
        REQUIRE(fault);
        f.library().inject(*fault);
        const auto id = f.queue({{"operation", "load"}, {"source", "1"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }, 1200s));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.engine().requests().empty());
    }
}
