// SPDX-License-Identifier: Apache-2.0
#include "daemon/api.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::daemon;
using nlohmann::json;

namespace {

HttpResponse ask(uid_t uid, HttpRequest request) {
    const Runners runners;
    const Access access(995);
    const ManualClock clock;
    Api api(runners, access, clock);
    request.peer = {.uid = uid, .gid = 100, .groups = {}};
    HttpResponse answer;
    api.handle(std::move(request), [&](HttpResponse response) { answer = std::move(response); });
    return answer;
}

} // namespace

TEST_SUITE_BEGIN("daemon/api");

TEST_CASE("who has no rights is refused everywhere alike, whether a thing exists or not") {
    for (const auto& path : {std::vector<std::string>{"v1", "libraries"},
                             {"v1", "libraries", "main"},
                             {"v1", "jobs"},
                             {"v1", "events"},
                             {"v1", "health"},
                             {"v1", "openapi.json"},
                             {"nosuch"}}) {
        const HttpResponse answer = ask(1000, {.method = "GET", .path = path});
        CHECK(answer.status == 403);
        CHECK(answer.content_type == "application/problem+json");
        CHECK(json::parse(answer.body)["code"] == "access_denied");
        CHECK_FALSE(answer.stream);
    }
    CHECK(ask(1000, {.method = "POST", .path = {"v1", "libraries", "main", "jobs"}}).status == 403);
    CHECK(ask(1000, {.method = "DELETE", .path = {"v1", "jobs", "main-1"}}).status == 403);
    CHECK(ask(995, {.method = "GET", .path = {"v1", "jobs"}}).status == 200);
}

TEST_CASE("anyone may ask whether a device is owned, and learns nothing more") {
    const HttpResponse answer = ask(
        1000, {.method = "GET", .path = {"v1", "libraries"}, .query = {{"device_serial", "SIM1"}}});
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body) == json{{"schema", "changer.ownership/1"},
                                           {"device_serial", "SIM1"},
                                           {"owned", false},
                                           {"library", nullptr}});
}

TEST_SUITE_END();
