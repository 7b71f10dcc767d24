// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

const Principal anybody{"uid:0", true, true, true};

struct Fixture : Bench {
    explicit Fixture(const std::map<std::string, Json>& settings = {})
        : Bench("default?slots=4&drives=1&mail=1&tapes=2&instant", settings) {}

    Result<void> change(const Json& patch, const Principal& who = anybody) {
        Effects effects;
        auto changed = engine().change_settings(patch, who, now(), effects);
        take(std::move(effects));
        return changed;
    }

    Code code(const Json& patch, const Principal& who = anybody) {
        const auto changed = change(patch, who);
        what = changed ? "" : changed.error().what;
        return changed ? Code::ok : changed.error().code;
    }

    Json setting(std::string_view name) {
        return library::setting_to_json(engine().settings(), name);
    }

    std::string what;
};

} // namespace

TEST_SUITE("jobs/engine/settings") {
    TEST_CASE("settings are changed in one record, and outlive a restart") {
        Fixture f;
        const auto records = f.records();
        REQUIRE(f.change({{"name", "Cellar"}, {"door.max_open_seconds", 60}}));
        CHECK(f.records() == records + 1);
        f.kill();
        CHECK(f.setting("name") == Json{{"value", "Cellar"}, {"source", "stored"}});
        CHECK(f.setting("door.max_open_seconds") == Json{{"value", 60}, {"source", "stored"}});
    }

    TEST_CASE("null brings the default back, also of what follows another setting") {
        Fixture f;
        REQUIRE(f.change({{"door.kind", "magazines"}, {"name", "Cellar"}}));
        CHECK(f.setting("door.quiet_seconds") == Json{{"value", 120}, {"source", "default"}});
        REQUIRE(f.change({{"door.kind", nullptr}, {"name", nullptr}}));
        CHECK(f.setting("door.quiet_seconds")["value"] == 10);
        CHECK(f.setting("name") == Json{{"value", nullptr}, {"source", "default"}});
        f.kill();
        CHECK(f.setting("door.kind") == Json{{"value", "door"}, {"source", "default"}});
    }

    TEST_CASE("all or none: one that is refused leaves the others as they were") {
        Fixture f({{"poll_seconds", 7}});
        const auto documents = f.documents();
        CHECK(f.code({{"name", "x"}, {"poll_seconds", 5}}) == Code::configured);
        CHECK(f.what.find("'poll_seconds'") != std::string::npos);
        CHECK(f.code({{"name", "x"}, {"poll_seconds", nullptr}}) == Code::configured);
        CHECK(f.code({{"name", "x"}, {"colour", "red"}}) == Code::invalid_parameter);
        CHECK(f.what.find("'colour'") != std::string::npos);
        CHECK(f.code({{"name", "x"}, {"colour", nullptr}}) == Code::invalid_parameter);
        CHECK(f.code({{"name", "x"}, {"door.kind", "hatch"}}) == Code::invalid_parameter);
        CHECK(f.code({{"name", "x"}, {"door.max_open_seconds", 65536}}) == Code::invalid_parameter);
        CHECK(f.code({{"name", "x"}, {"door.max_open_seconds", "60"}}) == Code::invalid_parameter);
        CHECK(f.code({{"name", "x"}, {"enabled", false}}) == Code::invalid_parameter);
        CHECK(f.what.find("'disable'") != std::string::npos);
        for (const char* text : {"null", "[]", "{}", "1", "\"name\""})
            CHECK(f.code(Json::parse(text)) == Code::invalid_parameter);
        CHECK(f.documents() == documents);
        CHECK(f.setting("name")["value"].is_null());
    }

    TEST_CASE("the door's settings need 'modify', the others 'control', form is checked before") {
        Fixture f;
        const Principal controls{"uid:7", true, false, true};
        const Principal modifies{"uid:8", true, true, false};
        CHECK(f.code({{"name", "x"}}, controls) == Code::ok);
        CHECK(f.code({{"name", "y"}}, modifies) == Code::access_denied);
        CHECK(f.code({{"door.max_open_seconds", 1}}, controls) == Code::access_denied);
        CHECK(f.code({{"door.max_open_seconds", 1}}, modifies) == Code::ok);
        CHECK(f.code({{"name", "y"}, {"door.max_open_seconds", 1}}, controls) ==
              Code::access_denied);
        CHECK(f.code({{"name", 5}}, modifies) == Code::invalid_parameter);
        CHECK(f.setting("name")["value"] == "x");
    }

    TEST_CASE("what cannot be written is undone") {
        Fixture f;
        REQUIRE(f.change({{"name", "before"}}));
        Effects lost;
        REQUIRE(f.engine().change_settings(
            {{"name", "after"}, {"poll_seconds", 3}}, anybody, f.now(), lost));
        CHECK_FALSE(lost.changes.empty());
        f.engine().withdraw_settings();
        CHECK(f.setting("name")["value"] == "before");
        CHECK(f.setting("poll_seconds")["source"] == "default");
        REQUIRE(f.change({{"description", "d"}}));
        f.kill();
        CHECK(f.setting("name")["value"] == "before");
    }

    TEST_CASE("a library is given its identifier once") {
        Fixture f;
        CHECK_FALSE(f.engine().uuid());
        Uuid first{};
        first.fill(1);
        f.take(f.engine().identify(first));
        CHECK(f.engine().identify(Uuid{}).changes.empty());
        f.kill();
        CHECK(f.engine().uuid() == first);
        CHECK(f.engine().unreadable().empty());
    }
}
