// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

struct Fixture : Bench {
    explicit Fixture(const std::map<std::string, Json>& settings = {})
        : Bench("default?slots=8&drives=2&mail=1&tapes=4&instant", settings) {
        pass(3s);
    }

    const Job& control(std::string_view operation, std::string_view object = "library") {
        return job(queue({{"operation", operation}, {"object", object}}));
    }

    const Job& run(const Json& body) {
        const auto id = queue(body);
        REQUIRE(pass_until([&] { return finished(id); }));
        return job(id);
    }

    Code refused(const Json& body) {
        const auto id = submit(body);
        return id ? Code::ok : id.error().code;
    }

    Result<std::string> submit_as(const Principal& who, const Json& body) {
        Effects effects;
        auto id = engine().submit(*parse_job_request(body), who, now(), effects);
        take(std::move(effects));
        return id;
    }

    Code code(const std::string& id) { return job(id).error ? job(id).error->code : Code::ok; }
};

const Json load{{"operation", "load"}, {"source", "VT0002L8"}};

} // namespace

TEST_SUITE("jobs/engine/control") {
    TEST_CASE("a disabled library takes no jobs, and has passed when it is answered") {
        Fixture f;
        const auto records = f.records();
        const auto& disable = f.control("disable");
        CHECK(f.records() == records + 1);
        CHECK(disable.state == JobState::passed);
        CHECK(disable.finished_at == disable.queued_at);
        CHECK(disable.result["changed"] == true);
        CHECK(disable.result["running"].is_null());
        CHECK(f.refused(load) == Code::resource_disabled);
        CHECK(f.refused({{"operation", "door"}}) == Code::resource_disabled);
        CHECK(f.refused({{"operation", "inventory"}}) == Code::resource_disabled);
        CHECK(f.control("disable").result["changed"] == false);
        CHECK(f.control("enable").result["enabled"] == true);
        CHECK(f.run(load).state == JobState::passed);
    }

    TEST_CASE("draining: what runs is finished, what is queued is held until it is enabled") {
        Fixture f;
        f.hold = true;
        const auto running = f.queue(load);
        f.turn();
        const auto queued = f.queue({{"operation", "unload"}, {"source", "drive:1"}});
        const auto& disable = f.control("disable");
        CHECK(disable.result["running"] == running);
        CHECK(disable.result["held"] == Json{queued});
        f.hold = false;
        f.carry_out_all();
        f.pass(60s);
        CHECK(f.job(running).state == JobState::passed);
        CHECK(f.job(queued).state == JobState::queued);
        CHECK_FALSE(f.engine().active_job());
        f.kill();
        f.pass(60s);
        CHECK(f.job(queued).state == JobState::queued);
        f.control("enable");
        CHECK(f.pass_until([&] { return f.finished(queued); }));
        CHECK(f.job(queued).state == JobState::passed);
        CHECK(f.agrees());
    }

    TEST_CASE("a disabled drive takes no cartridge, and another one is chosen") {
        Fixture f;
        f.control("disable", "drive:1");
        CHECK(f.refused({{"operation", "load"}, {"source", "1"}, {"destination", "drive:1"}}) ==
              Code::resource_disabled);
        CHECK(f.refused({{"operation", "move"}, {"source", "1"}, {"destination", "drive:1"}}) ==
              Code::resource_disabled);
        CHECK(f.run(load).result["destination"]["number"] == 2);
        CHECK(f.refused({{"operation", "load"}, {"source", "1"}}) == Code::resource_disabled);
        CHECK(f.refused({{"operation", "exchange"},
                         {"source", "drive:2"},
                         {"destination", "slot:1"},
                         {"second_destination", "drive:1"}}) == Code::resource_disabled);
        f.kill();
        f.pass(3s);
        CHECK(f.refused({{"operation", "load"}, {"source", "1"}}) == Code::resource_disabled);
        f.control("enable", "drive:1");
        CHECK(f.run({{"operation", "load"}, {"source", "1"}}).result["destination"]["number"] == 1);
    }

    TEST_CASE("what is in a drive that is disabled is put back, once, whatever comes between") {
        Fixture f;
        const bool killed = [&] {
            bool value = false;
            SUBCASE("and nothing does") {}
            SUBCASE("and the daemon dies") {
                value = true;
            }
            return value;
        }();
        REQUIRE(f.run(load).state == JobState::passed);
        f.control("disable", "drive:1");
        if (killed)
            f.kill();
        f.pass(30s);
        CHECK(f.library().snapshot().at(f.at("slot:2")) == "VT0002L8");
        int unloads = 0;
        for (const auto& [id, job] : f.engine().jobs())
            unloads += job.request.operation == Operation::unload ? 1 : 0;
        CHECK(unloads == 1);
        CHECK(f.engine().out_of_use().to_empty().empty());
        CHECK(f.agrees());
    }

    TEST_CASE("a disabled cartridge goes into no drive, and can be put away") {
        Fixture f;
        REQUIRE(f.run(load).state == JobState::passed);
        f.control("disable", "media:VT0002L8");
        CHECK(f.run({{"operation", "unload"}, {"source", "VT0002L8"}}).state == JobState::passed);
        CHECK(f.refused(load) == Code::resource_disabled);
        CHECK(f.run({{"operation", "move"}, {"source", "VT0002L8"}, {"destination", "slot:8"}})
                  .state == JobState::passed);
        f.kill();
        f.pass(3s);
        CHECK(f.refused(load) == Code::resource_disabled);
        f.control("enable", "media:VT0002L8");
        CHECK(f.run(load).state == JobState::passed);
    }

    TEST_CASE("queued jobs fail that need what is taken out of use, and others do not") {
        Fixture f;
        f.hold = true;
        const auto running = f.queue({{"operation", "load"}, {"source", "1"}});
        f.turn();
        const auto needs = f.queue(load);
        const auto other = f.queue({{"operation", "load"}, {"source", "3"}});
        const auto& disable = f.control("disable", "media:VT0002L8");
        CHECK(disable.result["refused"] == Json{needs});
        CHECK(disable.result["running"].is_null());
        f.hold = false;
        f.carry_out_all();
        REQUIRE(f.pass_until([&] { return f.finished(other) && f.finished(needs); }));
        CHECK(f.code(needs) == Code::resource_disabled);
        CHECK(f.job(running).state == JobState::passed);
        CHECK(f.job(other).state == JobState::passed);
    }

    TEST_CASE("it says what runs with the object") {
        Fixture f;
        f.hold = true;
        const auto running = f.queue(load);
        f.turn();
        CHECK(f.control("disable", "drive:1").result["running"] == running);
        CHECK(f.control("disable", "drive:2").result["running"].is_null());
        CHECK(f.control("disable", "media:VT0002L8").result["running"] == running);
    }

    TEST_CASE("an offline library can be taken out of use") {
        Fixture f;
        f.lose_device();
        CHECK(f.control("disable").state == JobState::passed);
        CHECK(f.control("enable").state == JobState::passed);
    }

    TEST_CASE(
        "what is refused changes nothing: parameters, then the right, then the configuration") {
        Fixture f({{"enabled", true}});
        const auto documents = f.documents();
        const Principal operator_only{"uid:7", true, false, true};
        const auto as = [&](const Json& body) { return f.submit_as(operator_only, body); };
        CHECK(as({{"operation", "disable"}, {"object", "drive:9"}}).error().code ==
              Code::invalid_parameter);
        CHECK(as({{"operation", "disable"}, {"object", "slot:1"}}).error().code ==
              Code::invalid_parameter);
        CHECK(as({{"operation", "disable"}, {"object", "@1000"}}).error().code ==
              Code::invalid_parameter);
        CHECK(as({{"operation", "disable"}, {"object", "media:NONE"}}).error().code ==
              Code::not_found);
        CHECK(as({{"operation", "disable"}}).error().code == Code::access_denied);
        CHECK(f.refused({{"operation", "disable"}}) == Code::configured);
        CHECK(f.documents() == documents);
        CHECK_FALSE(parse_job_request({{"operation", "disable"}, {"priority", 1}}));
        CHECK_FALSE(parse_job_request({{"operation", "load"}, {"object", "library"}}));
    }

    TEST_CASE("a change that cannot be written is undone") {
        Fixture f;
        for (const auto* object : {"library", "drive:1", "media:VT0001L8"}) {
            CAPTURE(object);
            Effects lost;
            const auto id = f.engine().submit(
                *parse_job_request({{"operation", "disable"}, {"object", object}}),
                {"uid:0", true, true, true},
                f.now(),
                lost);
            REQUIRE(id);
            f.engine().withdraw(*id);
            CHECK(f.engine().settings().enabled.value);
            CHECK(f.engine().out_of_use() == OutOfUse{});
            CHECK(f.engine().job(*id) == nullptr);
        }
    }

    TEST_CASE("the document of what is disabled is read back, and another one is refused whole") {
        OutOfUse out;
        out.take_out({ObjectKind::drive, scsi::ElementAddress{256}, "", ""});
        out.take_out({ObjectKind::medium, {}, "main-m1", ""});
        out.want_empty(scsi::ElementAddress{256});
        OutOfUse read;
        REQUIRE(read.restore(out.document()));
        CHECK(read == out);
        for (const char* text : {"null",
                                 "{}",
                                 R"({"drives":[],"media":[1],"to_empty":[]})",
                                 R"({"drives":[65536],"media":[],"to_empty":[]})",
                                 R"({"drives":[-1],"media":[],"to_empty":[]})",
                                 R"({"drives":["1"],"media":[],"to_empty":[]})",
                                 R"({"drives":[],"media":[]})"}) {
            CAPTURE(text);
            CHECK_FALSE(read.restore(Json::parse(text)));
            CHECK(read == out);
        }
    }
}
