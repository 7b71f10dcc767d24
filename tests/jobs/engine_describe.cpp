// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

const Principal anybody{"uid:0", true, true, true};

struct Fixture : Bench {
    Fixture()
        : Bench("default?slots=4&drives=2&mail=1&tapes=2&instant") {
        pass(5s);
    }

    Code code(std::string_view object, const Json& patch, const Principal& who = anybody) {
        Effects effects;
        const auto done = engine().set_description(object, patch, who, effects);
        what = done ? "" : done.error().what;
        hinted.clear();
        for (const auto& notice : effects.notices)
            hinted.push_back(notice.type);
        take(std::move(effects));
        return done ? Code::ok : done.error().code;
    }

    const library::Description& drive(std::string_view place) {
        return engine().descriptions().of_drive(at(place));
    }

    /// The cartridge that lay in slot 1 at the start, whatever its barcode.
    std::string medium() {
        const auto* element = engine().model().element(at("slot:1"));
        REQUIRE(element != nullptr);
        return element->media.value_or("");
    }

    std::string what;
    std::vector<std::string> hinted;
};

} // namespace

TEST_SUITE("jobs/engine/describe") {
    TEST_CASE("drives and cartridges are described in one record each, and it outlives a restart") {
        Fixture f;
        const auto id = f.medium();
        const auto barcode = *f.engine().model().media(id)->barcode;
        const auto records = f.records();
        const auto generation = f.engine().generation();
        REQUIRE(f.code("drive:2", {{"name", "Top"}, {"description", "the fast one"}}) == Code::ok);
        CHECK(f.hinted == std::vector<std::string>{"elements"});
        REQUIRE(f.code("media:" + barcode, {{"name", "Payroll"}}) == Code::ok);
        CHECK(f.hinted == std::vector<std::string>{"media"});
        CHECK(f.records() == records + 2);
        CHECK(f.engine().generation() == generation + 2);
        f.kill();
        CHECK(f.engine().unreadable().empty());
        CHECK(f.drive("drive:2") == library::Description{"Top", "the fast one"});
        CHECK(f.drive("drive:1").empty());
        CHECK(f.engine().descriptions().of_medium(id).name == "Payroll");
        REQUIRE(f.code("@" + std::to_string(scsi::number(f.at("drive:2"))), {{"name", "Upper"}}) ==
                Code::ok);
        CHECK(f.drive("drive:2") == library::Description{"Upper", "the fast one"});
    }

    TEST_CASE("what is taken away is gone, its document too") {
        Fixture f;
        const auto documents = f.documents().size();
        REQUIRE(f.code("drive:1", {{"name", "Top"}}) == Code::ok);
        CHECK(f.documents().size() == documents + 1);
        REQUIRE(f.code("drive:1", {{"name", nullptr}}) == Code::ok);
        CHECK(f.documents().size() == documents);
        f.kill();
        CHECK(f.drive("drive:1").empty());
    }

    TEST_CASE("what is so already changes nothing") {
        Fixture f;
        REQUIRE(f.code("drive:1", {{"name", "Top"}}) == Code::ok);
        const auto records = f.records();
        CHECK(f.code("drive:1", {{"name", "Top"}}) == Code::ok);
        CHECK(f.code("drive:2", {{"name", ""}}) == Code::ok);
        CHECK(f.records() == records);
    }

    TEST_CASE("form is checked first, then that it is there, then the right 'control'") {
        Fixture f;
        const auto documents = f.documents();
        const Principal modifies{"uid:8", true, true, false};
        CHECK(f.code("drive:1", {{"name", "x"}}, modifies) == Code::access_denied);
        CHECK(f.what.find("'control'") != std::string::npos);
        CHECK(f.code("drive:9", {{"name", "x"}}, modifies) == Code::not_found);
        CHECK(f.what.find("drive:1 to drive:2") != std::string::npos);
        CHECK(f.code("drive:9", {{"name", 5}}, modifies) == Code::invalid_parameter);
        CHECK(f.code("media:NONE", {{"name", "x"}}) == Code::not_found);
        CHECK(f.code("slot:1", {{"name", "x"}}) == Code::not_found);
        CHECK(f.code("@" + std::to_string(scsi::number(f.at("slot:1"))), {{"name", "x"}}) ==
              Code::not_found);
        CHECK(f.code("library", {{"name", "x"}}) == Code::invalid_parameter);
        CHECK(f.documents() == documents);
    }

    TEST_CASE("what cannot be written is undone, and what was before it stays") {
        Fixture f;
        REQUIRE(f.code("drive:1", {{"name", "before"}}) == Code::ok);
        for (const Json& name : {Json("after"), Json()}) {
            Effects lost;
            REQUIRE(f.engine().set_description("drive:1", {{"name", name}}, anybody, lost));
            CHECK_FALSE(lost.changes.empty());
            f.engine().withdraw_settings();
            CHECK(f.drive("drive:1").name == "before");
        }
        Effects lost;
        REQUIRE(f.engine().set_description("drive:2", {{"name", "x"}}, anybody, lost));
        f.engine().withdraw_settings();
        CHECK(f.drive("drive:2").empty());
    }

    TEST_CASE("a cartridge keeps its name where it goes, and while it is offline") {
        Fixture f;
        const auto id = f.medium();
        REQUIRE(f.code("media:" + id, {{"name", "Payroll"}}) == Code::ok);
        const auto load = f.queue({{"operation", "load"}, {"source", "slot:1"}});
        REQUIRE(f.pass_until([&] { return f.finished(load); }));
        CHECK(f.engine().descriptions().of_medium(id).name == "Payroll");
        const auto other = f.engine().model().element(f.at("slot:2"))->media;
        REQUIRE(other);
        REQUIRE(f.code("media:" + *other, {{"name", "Gone"}}) == Code::ok);
        REQUIRE(f.library().open_door());
        REQUIRE(f.library().remove(f.at("slot:2")));
        REQUIRE(f.library().close_door());
        REQUIRE(f.pass_until([&] { return f.engine().model().media(*other)->offline(); }));
        f.kill();
        CHECK(f.engine().descriptions().of_medium(*other).name == "Gone");
        CHECK(f.code("media:" + *other, {{"name", "Still known"}}) == Code::ok);
    }

    TEST_CASE("a damaged document is named, and the others are read") {
        Fixture f;
        REQUIRE(f.code("drive:1", {{"name", "Top"}}) == Code::ok);
        auto documents = f.documents();
        documents["description/drive/9999"] = R"({"name":5})";
        LibraryEngine other("main", "sim:default", {});
        other.restore(documents, f.now());
        CHECK(other.unreadable() == std::vector<std::string>{"description/drive/9999"});
        CHECK(other.descriptions().of_drive(f.at("drive:1")).name == "Top");
    }
}
