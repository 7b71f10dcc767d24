// SPDX-License-Identifier: Apache-2.0
#include "daemon/reload.hpp"

#include "served_daemon.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

using namespace changer;
using namespace changer::daemon;

namespace {

Config parsed(const std::string& text) {
    auto config = parse_config(text);
    REQUIRE(config);
    return *std::move(config);
}

std::string two_libraries(const std::string& more_of_first, const std::string& top = {}) {
    return "{" + top + R"("libraries": [{"id": "a", "device": "/dev/a")" + more_of_first +
           R"(}, {"id": "b", "device": "/dev/b", "drives": [{"device": "/dev/nst0"}]}]})";
}

const std::string one =
    R"("id": "main", "device": "sim:default?slots=6&drives=2&mail=1&tapes=3&instant")";

} // namespace

TEST_SUITE_BEGIN("daemon/reload");

TEST_CASE("rights and settings can be taken over, in whatever order the libraries stand") {
    const Config running = parsed(two_libraries(""));
    for (const std::string& next :
         {two_libraries(""),
          two_libraries(R"(, "access": [{"user": "root", "rights": ["use"]}])"),
          two_libraries("", R"("tokens_file": "/x", )"),
          two_libraries(R"(, "poll_seconds": 5, "door": {"quiet_seconds": 99})"),
          std::string(R"({"libraries": [{"id": "b", "device": "/dev/b",
              "drives": [{"device": "/dev/nst0"}]}, {"id": "a", "device": "/dev/a"}]})")}) {
        CAPTURE(next);
        CHECK_FALSE(needs_restart(running, parsed(next)));
    }
}

TEST_CASE("what needs a restart is named by its place") {
    const Config running = parsed(two_libraries(""));
    const std::vector<std::pair<std::string, std::string>> rows{
        {two_libraries("", R"("state_directory": "/x", )"), "/state_directory "},
        {two_libraries("", R"("socket": "/x", )"), "/socket "},
        {two_libraries("", R"("tokens_file": "/x", "tcp_listen": "127.0.0.1:1", )"),
         "/tcp_listen "},
        {two_libraries("", R"("discover": false, )"), "/discover "},
        {two_libraries("", R"("quirks_directory": "/x", )"), "/quirks_directory "},
        {two_libraries("", R"("lock_directory": "/x", )"), "/lock_directory "},
        {two_libraries("", R"("iscsi_initiator_name": "iqn.x", )"), "/iscsi_initiator_name "},
        {two_libraries(R"(, "cabinet": "c")"), "/libraries/0/cabinet "},
        {two_libraries(R"(, "foreign_partitions": ["c"])"), "/libraries/0/foreign_partitions "},
        {two_libraries(R"(, "drives": [{"device": "/dev/nst1"}])"), "/libraries/0/drives "},
        {R"({"libraries": [{"id": "a", "device": "/dev/a"}, {"id": "b", "device": "/dev/b",
              "drives": [{"device": "/dev/nst0", "serial": "S"}]}]})",
         "/libraries/1/drives "},
        {R"({"libraries": [{"id": "a", "device": "/dev/x"}]})", "/libraries/0/device "},
        {R"({"libraries": [{"id": "a", "device": "/dev/a"}]})", "/libraries "},
        {R"({"libraries": [{"id": "c", "device": "/dev/c"}]})", "/libraries/0 (c) "},
        {"{}", "/libraries "},
    };
    for (const auto& row : rows) {
        CAPTURE(row.first);
        const auto reason = needs_restart(running, parsed(row.first));
        REQUIRE(reason);
        CHECK(reason->code == Code::configured);
        CHECK(reason->what.starts_with(row.second));
    }
}

TEST_CASE("everything is read, or the first error told") {
    CHECK(load_everything([] { return Result<Config>(Config{}); }));
    const auto unread = load_everything([] {
        return Result<Config>(Error{Code::not_found, "no such file"});
    });
    CHECK(unread.error().code == Code::not_found);
    const auto unnamed = load_everything([] {
        return parse_config(
            two_libraries(R"(, "access": [{"user": "no such user", "rights": ["use"]}])"));
    });
    CHECK(unnamed.error().what.starts_with("/libraries/0/access/0/user: "));
}

TEST_CASE("what is asked for while it is being read is read once more") {
    Loop loop;
    std::promise<void> first_may_end;
    int read = 0;
    int done = 0;
    Reload reload(
        loop,
        [&]() -> Result<Config> {
            if (read++ == 0)
                first_may_end.get_future().wait();
            return Config{};
        },
        [&](const Result<LoadedConfig>& loaded) {
            CHECK(loaded);
            if (++done == 2)
                loop.stop();
        });
    loop.post([&] {
        reload.begin();
        reload.begin();
        reload.begin();
        first_may_end.set_value();
    });
    loop.run();
    CHECK(read == 2);
}

TEST_CASE("a running daemon takes over all of a configuration, or nothing of it") {
    test::TempDirectory directory;
    store::SystemFiles files;
    test::ServedDaemon daemon("{" + one + "}", directory, files);
    REQUIRE(daemon.wait_online("main"));
    const auto setting = [&](const char* name) {
        return daemon.get("/v1/libraries/main").body["settings"][name]["value"];
    };
    daemon.reload("{" + one + R"(, "refresh_seconds": 77, "cabinet": "c"})");
    daemon.reload("{" + one + R"(, "refresh_seconds": 78, "access":
                     [{"user": "no such user", "rights": ["use"]}]})");
    daemon.reload("{" + one + R"(, "refresh_seconds": 79, "typo": 1})");
    daemon.reload("{" + one + R"(, "name": "Silo"})"); // each is read after the one before
    REQUIRE(daemon.wait_until([&] { return setting("name") == "Silo"; }));
    CHECK(setting("refresh_seconds") == 900);
    const std::string job =
        daemon.post("/v1/libraries/main/jobs", R"({"operation": "door", "inventory": "none"})")
            .body["id"]
            .get<std::string>();
    daemon.reload("{" + one + R"(, "name": "Tower"})");
    REQUIRE(daemon.wait_until([&] { return setting("name") == "Tower"; }));
    CHECK(daemon.get("/v1/jobs/" + job).body["finished_at"].is_null());
    daemon.reload("{" + one + "}");
    REQUIRE(daemon.wait_until([&] { return setting("name").is_null(); }));
}

TEST_SUITE_END();
