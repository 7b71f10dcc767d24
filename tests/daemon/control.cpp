// SPDX-License-Identifier: Apache-2.0
// What an operator changes without a job that moves anything: settings, what is in use, the queue,
// and his own list.
#include "served_daemon.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace changer;
using nlohmann::json;
using test::Answer;
using test::call;
using test::ServedDaemon;

namespace {

/// A machine with one daemon.
struct Site {
    test::TempDirectory directory;
    store::SystemFiles files;
    ServedDaemon daemon;

    explicit Site(const std::string& more = "")
        : daemon(fmt::format(R"({{"id": "main",
                                  "device": "sim:default?slots=6&drives=2&mail=1&tapes=3&instant"{}}})",
                             more),
                 directory,
                 files) {}

    Answer patch(const std::string& target, const json& body, const std::string& headers = "") {
        return call(daemon.socket(),
                    "PATCH",
                    target,
                    body.dump(),
                    "Content-Type: application/json\r\n" + headers);
    }

    Answer post(const json& body) { return daemon.post("/v1/libraries/main/jobs", body.dump()); }
};

const std::string main_library = "/v1/libraries/main";

} // namespace

TEST_SUITE_BEGIN("daemon/control");

TEST_CASE("settings are changed by PATCH, each shown with its source") {
    Site site;
    const Answer answer =
        site.patch(main_library, {{"name", "Cellar"}, {"door.max_open_seconds", 60}});
    REQUIRE(answer.status == 200);
    CHECK(answer.body["name"] == "Cellar");
    CHECK(answer.body["settings"]["name"] == json{{"value", "Cellar"}, {"source", "stored"}});
    CHECK(answer.body["door"]["max_open_seconds"] == 60);
    CHECK(answer.header("ETag") == fmt::format("\"{}\"", answer.body["generation"].get<int>()));
    CHECK(site.patch(main_library, {{"name", nullptr}}).body["name"].is_null());
}

TEST_CASE("a setting of the configuration is refused by name, and nothing is changed") {
    Site site(R"(, "poll_seconds": 7)");
    const Answer answer = site.patch(main_library, {{"name", "Cellar"}, {"poll_seconds", 5}});
    CHECK(answer.status == 409);
    CHECK(answer.body["code"] == "configured");
    CHECK(answer.body["detail"].get<std::string>().find("'poll_seconds'") != std::string::npos);
    const json now = site.daemon.get(main_library).body;
    CHECK(now["name"].is_null());
    CHECK(now["settings"]["poll_seconds"] == json{{"value", 7}, {"source", "config"}});
}

TEST_CASE("values and names that are wrong are refused, and bodies that are none") {
    Site site;
    for (const json& body : {json{{"colour", "red"}},
                             json{{"inventory_method", "slow"}},
                             json{{"auto_recovery", 1}},
                             json{{"enabled", false}},
                             json::array(),
                             json::object()}) {
        CAPTURE(body.dump());
        const Answer answer = site.patch(main_library, body);
        CHECK(answer.status == 400);
        CHECK(answer.body["code"] == "invalid_parameter");
    }
    CHECK(call(site.daemon.socket(), "PATCH", main_library, "{").status == 400);
    CHECK(call(site.daemon.socket(), "PATCH", main_library, "{}", "").status == 400);
    CHECK(site.patch("/v1/libraries/nosuch", {{"name", "x"}}).status == 404);
}

TEST_CASE("If-Match changes a library only as it was read") {
    Site site;
    REQUIRE(site.daemon.wait_online("main"));
    REQUIRE(site.patch(main_library, {{"name", "one"}}).status == 200);
    const std::string tag = site.daemon.get(main_library).header("ETag");
    REQUIRE_FALSE(tag.empty());
    const auto with = [&](const std::string& condition) {
        return site.patch(main_library, {{"name", "two"}}, "If-Match: " + condition + "\r\n");
    };
    for (const std::string& stale : {std::string("\"1\""),
                                     "W/" + tag,
                                     std::string("\"\""),
                                     std::string("\"x\", \"999999\"")}) {
        CAPTURE(stale);
        const Answer refused = with(stale);
        CHECK(refused.status == 412);
        CHECK(refused.header("Content-Type") == "application/problem+json");
        CHECK(site.daemon.get(main_library).body["name"] == "one");
    }
    for (const char* malformed : {"7", "\"7", "\"7\" \"8\"", "\"7\",", ""}) {
        CAPTURE(malformed);
        CHECK(with(malformed).status == 400);
    }
    CHECK(with("\"x\" , " + site.daemon.get(main_library).header("ETag")).status == 200);
    CHECK(with("*").status == 200);
    CHECK(site.daemon.get(main_library).body["name"] == "two");
}

TEST_CASE("a drive and a cartridge are named by PATCH, and show it wherever they are shown") {
    Site site;
    REQUIRE(site.daemon.wait_online("main"));
    const std::string drive = main_library + "/drives/2";
    CHECK(site.daemon.get(drive).body["name"].is_null());
    const Answer named = site.patch(drive, {{"name", "Top"}, {"description", "the fast one"}});
    REQUIRE(named.status == 200);
    CHECK(named.body["schema"] == "changer.drive/1");
    CHECK(named.body["name"] == "Top");
    CHECK(named.header("ETag") == site.daemon.get(drive).header("ETag"));
    CHECK(site.daemon.get(drive).body["description"] == "the fast one");
    const json drives = site.daemon.get(main_library + "/drives").body["drives"];
    CHECK(drives[0]["name"].is_null());
    CHECK(drives[1]["name"] == "Top");
    CHECK(
        site.daemon.get(fmt::format("{}/drives/@{}", main_library, drives[1]["address"].get<int>()))
            .body["name"] == "Top");
    const json first = site.daemon.get(main_library + "/media").body["media"][0];
    const std::string medium = main_library + "/media/" + first["barcode"].get<std::string>();
    CHECK(first["description"].is_null());
    REQUIRE(site.patch(medium, {{"description", "payroll"}}).body["description"] == "payroll");
    CHECK(site.daemon.get(main_library + "/media/" + first["id"].get<std::string>())
              .body["description"] == "payroll");
    CHECK(site.daemon.get(main_library + "/media").body["media"][0]["description"] == "payroll");
    CHECK(site.patch(medium, {{"description", ""}}).body["description"].is_null());
    CHECK(site.patch(drive, {{"name", nullptr}}).body["name"].is_null());
}

TEST_CASE("what names nothing, or with nothing that is a name, is refused") {
    Site site;
    REQUIRE(site.daemon.wait_online("main"));
    const std::string drive = main_library + "/drives/1";
    for (const json& body : {json{{"name", 5}},
                             json{{"name", "two\nlines"}},
                             json{{"name", std::string(257, 'x')}},
                             json{{"name", "x"}, {"enabled", false}},
                             json::array(),
                             json::object()}) {
        CAPTURE(body.dump());
        CHECK(site.patch(drive, body).status == 400);
    }
    CHECK(call(site.daemon.socket(), "PATCH", drive, "{\"name\":\"x\"}", "").status == 400);
    for (const char* nothing :
         {"/drives/0", "/drives/9", "/drives/x", "/drives/@1", "/drives/@70000", "/media/NONE"}) {
        CAPTURE(nothing);
        const Answer answer = site.patch(main_library + nothing, {{"name", "x"}});
        CHECK(answer.status == 404);
        CHECK(answer.body["code"] == "not_found");
        CHECK(site.daemon.get(main_library + nothing).status == 404);
    }
    CHECK(site.patch("/v1/libraries/nosuch/drives/1", {{"name", "x"}}).status == 404);
    CHECK(call(site.daemon.socket(), "DELETE", drive).header("Allow") == "GET, PATCH");
    CHECK(site.daemon.get(drive).body["name"].is_null());
}

TEST_CASE("If-Match holds for names as for settings") {
    Site site;
    REQUIRE(site.daemon.wait_online("main"));
    for (const std::string& object :
         {main_library + "/drives/1",
          main_library + "/media/" +
              site.daemon.get(main_library + "/media").body["media"][0]["id"].get<std::string>()}) {
        CAPTURE(object);
        const std::string tag = site.patch(object, {{"name", "one"}}).header("ETag");
        REQUIRE_FALSE(tag.empty());
        CHECK(site.patch(object, {{"name", "two"}}, "If-Match: \"1\"\r\n").status == 412);
        CHECK(site.patch(object, {{"name", "two"}}, "If-Match: 7\r\n").status == 400);
        CHECK(site.daemon.get(object).body["name"] == "one");
        CHECK(site.patch(object, {{"name", "two"}}, "If-Match: " + tag + "\r\n").status == 200);
    }
}

TEST_CASE("a library, a drive and a cartridge are taken out of use, and shown so") {
    Site site;
    REQUIRE(site.daemon.wait_online("main"));
    const Answer drive = site.post({{"operation", "disable"}, {"object", "drive:1"}});
    REQUIRE(drive.status == 202);
    CHECK(drive.body["state"] == "passed");
    CHECK(drive.body["result"]["object"] == "drive:1");
    CHECK(drive.header("Location") == "/v1/jobs/" + drive.body["id"].get<std::string>());
    const json media = site.daemon.get(main_library + "/media").body["media"];
    const std::string barcode = media[0]["barcode"].get<std::string>();
    REQUIRE(site.post({{"operation", "disable"}, {"object", "media:" + barcode}}).status == 202);
    CHECK(site.daemon.get(main_library + "/drives").body["drives"][0]["enabled"] == false);
    CHECK(site.daemon.get(main_library + "/drives").body["drives"][1]["enabled"] == true);
    CHECK(site.daemon.get(main_library + "/media/" + barcode).body["enabled"] == false);
    const Answer load = site.post({{"operation", "load"}, {"source", barcode}});
    CHECK(load.status == 409);
    CHECK(load.body["code"] == "resource_disabled");
    REQUIRE(site.post({{"operation", "disable"}}).status == 202);
    const json shown = site.daemon.get(main_library).body;
    CHECK(shown["enabled"] == false);
    CHECK(shown["active_job"].is_null());
    CHECK(site.post({{"operation", "door"}}).body["code"] == "resource_disabled");
    REQUIRE(site.post({{"operation", "enable"}}).status == 202);
    CHECK(site.daemon.get(main_library).body["enabled"] == true);
    CHECK(site.post({{"operation", "disable"}, {"object", "slot:1"}}).status == 400);
    CHECK(site.post({{"operation", "disable"}, {"object", "media:NONE"}}).status == 404);
}

TEST_CASE("everything has an identifier of its own, the same after a restart") {
    test::TempDirectory directory;
    store::SystemFiles files;
    const std::string one =
        R"({"id": "main", "device": "sim:default?slots=6&drives=2&mail=1&tapes=3&instant"})";
    std::set<std::string> guids;
    const auto collect = [&] {
        const ServedDaemon daemon(one, directory, files);
        REQUIRE(daemon.wait_online("main"));
        std::set<std::string> all{daemon.get(main_library).body["guid"].get<std::string>()};
        for (const char* list : {"elements", "media"}) {
            const json items = daemon.get(fmt::format("{}/{}", main_library, list)).body[list];
            for (const json& item : items)
                CHECK(all.insert(item["guid"].get<std::string>()).second);
        }
        return all;
    };
    const auto first = collect();
    CHECK(first.size() == 1 + 10 + 3);
    CHECK(collect() == first);
}

TEST_CASE("a queued job is put elsewhere, asked for once, and says what it waits for") {
    Site site;
    REQUIRE(site.daemon.wait_online("main"));
    const json later{
        {"operation", "load"}, {"source", "slot:1"}, {"not_before", "2099-01-01T00:00:00Z"}};
    const Answer first = site.post(later);
    const std::string id = first.body["id"].get<std::string>();
    CHECK(first.body["waiting"]["reason"] == "not_before");
    CHECK(site.post(later).body["id"] == id);
    const std::string job = "/v1/jobs/" + id;
    CHECK(site.patch(job, {{"order", "first"}}).body["order"].is_number());
    CHECK(site.patch(job, {{"order", "last"}}).status == 200);
    CHECK(site.patch(job, {{"order", 2}}).status == 200);
    for (const json& order : {json(0), json(-1), json("middle"), json(4294967296), json()})
        CHECK(site.patch(job, {{"order", order}}).status == 400);
    CHECK(site.patch(job, {{"order", 1}, {"priority", 2}}).status == 400);
    CHECK(site.patch("/v1/jobs/main-99", {{"order", 1}}).status == 404);
    REQUIRE(call(site.daemon.socket(), "DELETE", job).status == 202);
    CHECK(site.patch(job, {{"order", 1}}).status == 409);
}

TEST_CASE("the operator can be asked for something, and answers") {
    Site site;
    const auto ask = [&](const json& body) {
        return site.daemon.post("/v1/operator-requests", body.dump());
    };
    const Answer asked = ask({{"library", "main"}, {"text", "put X1 into slot 3"}});
    REQUIRE(asked.status == 201);
    const std::string id = asked.body["id"].get<std::string>();
    CHECK(asked.header("Location") == "/v1/operator-requests/" + id);
    CHECK(asked.body["type"] == "message");
    CHECK(asked.body["created_by"].is_string());
    CHECK(site.daemon.get(main_library).body["counts"]["operator_requests"] == 1);
    CHECK(
        site.daemon.post("/v1/operator-requests/" + id, R"({"answer":"complete"})").body["state"] ==
        "completed");
    CHECK(ask({{"library", "main"}, {"text", ""}}).status == 400);
    CHECK(ask({{"library", "main"}, {"text", std::string(257, 'x')}}).status == 400);
    CHECK(ask({{"library", "main"}}).status == 400);
    CHECK(ask({{"library", "nosuch"}, {"text", "x"}}).status == 404);
}

TEST_SUITE_END();
