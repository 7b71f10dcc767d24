// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.hpp"

#include "temp_directory.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace changer;
using daemon::load_config;
using daemon::parse_config;

TEST_SUITE_BEGIN("daemon/config");

TEST_CASE("a whole configuration is read") {
    const auto config = parse_config(R"({
        // where
        "state_directory": "/srv/changer", "socket": "/srv/api.sock", "discover": false,
        "libraries": [ { "id": "main", "device": "/dev/tape/by-id/x-changer",
            "drives": [ { "device": "/dev/tape/by-id/scsi-DRV1", "serial": "DRV1" },
                        { "device": "iscsi://h/t/1", "element": 256, "exclusive": true } ],
            "cabinet": "room-1", "foreign_partitions": [ "archive" ],
            "inventory_method": "none", "auto_recovery": false, "poll_seconds": 5,
            "door": { "present": true, "lockable": true, "max_open_seconds": 60 },
            "access": [ { "group": "operators", "rights": [ "use", "control" ] },
                        { "user": "bareos", "rights": [ "use" ] } ] } ] })");
    REQUIRE(config);
    CHECK(config->state_directory == "/srv/changer");
    CHECK(config->socket == "/srv/api.sock");
    CHECK_FALSE(config->discover);
    REQUIRE(config->libraries.size() == 1);
    const auto& library = config->libraries.front();
    CHECK(library.id == "main");
    CHECK(library.cabinet == "room-1");
    CHECK(library.foreign_partitions == std::vector<std::string>{"archive"});
    REQUIRE(library.drives.size() == 2);
    CHECK(library.drives[0] ==
          daemon::DriveConfig{.device = "/dev/tape/by-id/scsi-DRV1", .serial = "DRV1"});
    CHECK(library.drives[1] == daemon::DriveConfig{.device = "iscsi://h/t/1",
                                                   .element = scsi::ElementAddress{256},
                                                   .exclusive = true});
    CHECK(library.settings.inventory_method.value == library::InventoryMethod::none);
    CHECK(library.settings.inventory_method.source == library::SettingSource::config);
    CHECK(library.settings.door.max_open_seconds.value == 60);
    CHECK(library.settings.door.quiet_seconds.source == library::SettingSource::by_default);
    REQUIRE(library.access.size() == 2);
    CHECK(library.access[0].rights == daemon::Rights{.use = true, .control = true});
}

TEST_CASE("a TCP address is one of this machine's own") {
    const auto config =
        parse_config(R"({"tokens_file": "/etc/tokens", "tcp_listen": "[::1]:9620"})");
    REQUIRE(config);
    CHECK(config->tokens_file == "/etc/tokens");
    CHECK(config->tcp_listen == daemon::TcpAddress{"::1", 9620});
    CHECK(*daemon::parse_tcp_address("127.0.0.1:0") == daemon::TcpAddress{"127.0.0.1", 0});
}

TEST_CASE("what is not said has its default") {
    const auto config = parse_config("{}");
    REQUIRE(config);
    CHECK(config->state_directory == "/var/lib/changer");
    CHECK(config->socket == "/run/changer/api.sock");
    CHECK(config->discover);
    CHECK(config->lock_directory == "/run/lock");
    CHECK(config->iscsi_initiator_name.empty());
    CHECK(config->quirks_directory.ends_with("/changer/quirks.d"));
    CHECK(config->libraries.empty());
    CHECK_FALSE(config->tcp_listen);
}

TEST_CASE("every mistake is named by its place") {
    const auto in_library = [](const std::string& more) {
        return R"({"libraries": [{"id": "a", "device": "/dev/sg0")" + more + "}]}";
    };
    const std::vector<std::pair<std::string, std::string>> rows{
        {"[]", "must be an object"},
        {R"({"stat_directory": "/x"})", "/stat_directory: unknown key"},
        {R"({"state_directory": 1})", "/state_directory: must be a string"},
        {R"({"state_directory": "x"})", "/state_directory: must be an absolute path"},
        {R"({"quirks_directory": "quirks.d"})", "/quirks_directory: must be an absolute path"},
        {R"({"discover": "yes"})", "/discover: must be true or false"},
        {R"({"lock_directory": "x"})", "/lock_directory: must be an absolute path"},
        {R"({"iscsi_initiator_name": "x"})", "/iscsi_initiator_name: must begin with iqn."},
        {R"({"tokens_file": "x"})", "/tokens_file: must be an absolute path"},
        {R"({"tcp_listen": "127.0.0.1:1"})", "/tcp_listen: needs `tokens_file`"},
        {R"({"tokens_file": "/x", "tcp_listen": "0.0.0.0:1"})", "/tcp_listen: must be 127.0.0.1"},
        {R"({"tokens_file": "/x", "tcp_listen": "127.0.0.1:"})", "/tcp_listen: must be"},
        {R"({"tokens_file": "/x", "tcp_listen": "127.0.0.1:1:1"})", "/tcp_listen: must be"},
        {R"({"tokens_file": "/x", "tcp_listen": "[::1]:65536"})", "/tcp_listen: must be"},
        {R"({"tokens_file": "/x", "tcp_listen": "[::]:1"})", "/tcp_listen: must be"},
        {R"({"tokens_file": "/x", "tcp_listen": "localhost:1"})", "/tcp_listen: must be"},
        {R"({"libraries": {}})", "/libraries: must be an array"},
        {R"({"libraries": [1]})", "/libraries/0: must be an object"},
        {R"({"libraries": [{"device": "x"}]})", "/libraries/0/id: is missing"},
        {R"({"libraries": [{"id": "A b", "device": "x"}]})", "/libraries/0/id: must be 1 to 32"},
        {R"({"libraries": [{"id": "a"}]})", "/libraries/0/device: is missing"},
        {in_library(R"(, "a/b~": 1)"), "/libraries/0/a~1b~0: unknown key"},
        {in_library(R"(, "cabinet": "A")"), "/libraries/0/cabinet: must be 1 to 32"},
        {in_library(R"(, "cabinet": 1)"), "/libraries/0/cabinet: must be a string"},
        {in_library(R"(, "foreign_partitions": "x")"),
         "/libraries/0/foreign_partitions: must be an array"},
        {in_library(R"(, "foreign_partitions": ["x", ""])"),
         "/libraries/0/foreign_partitions/1: must be a name"},
        {in_library(R"(, "poll_seconds": -1)"), "/libraries/0/poll_seconds: "},
        {in_library(R"(, "poll_seconds": "10")"), "/libraries/0/poll_seconds: "},
        {in_library(R"(, "inventory_method": "quick")"), "/libraries/0/inventory_method: "},
        {in_library(R"(, "door": [])"), "/libraries/0/door: must be an object"},
        {in_library(R"(, "door": {"max_open": 1})"), "/libraries/0/door/max_open: unknown key"},
        {in_library(R"(, "door": {"max_open_seconds": 65536})"),
         "/libraries/0/door/max_open_seconds: "},
        {in_library(R"(, "drives": [{}])"), "/libraries/0/drives/0/device: is missing"},
        {in_library(R"(, "drives": [{"device": ""}])"), "/libraries/0/drives/0/device: must name"},
        {in_library(R"(, "drives": [{"device": "d", "element": 65536}])"),
         "/libraries/0/drives/0/element: must be an element's address"},
        {in_library(R"(, "drives": [{"device": "d", "element": -1}])"),
         "/libraries/0/drives/0/element: must be an element's address"},
        {in_library(R"(, "drives": [{"device": "d", "exclusive": 1}])"),
         "/libraries/0/drives/0/exclusive: must be"},
        {in_library(R"(, "drives": [{"device": "d", "slot": 1}])"),
         "/libraries/0/drives/0/slot: unknown key"},
        {in_library(R"(, "drives": [{"device": "d"}, {"device": "d"}])"),
         "/libraries/0/drives/1/device: another drive"},
        {in_library(
             R"(, "drives": [{"device": "d", "element": 0}, {"device": "e", "element": 0}])"),
         "/libraries/0/drives/1/element: another drive"},
        {in_library(R"(, "access": [{"rights": []}])"), "/libraries/0/access/0"},
        {in_library(R"(, "access": [{"user": "a", "rights": ["control"]}])"),
         "/libraries/0/access/0/rights: must have `use` too"},
        {in_library(R"(, "access": [{"user": "a", "rights": ["all"]}])"),
         "/libraries/0/access/0/rights/0: must be one of"},
        {R"({"libraries": [{"id": "a", "device": "x"}, {"id": "a", "device": "y"}]})",
         "/libraries/1/id: another library"},
        {R"({"libraries": [{"id": "a", "device": "x"}, {"id": "b", "device": "x"}]})",
         "/libraries/1/device: another library"},
        {"{\n\"socket\": run\n}", "line 2 column 11"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.first);
        const auto config = parse_config(row.first);
        REQUIRE_FALSE(config);
        CHECK(config.error().code == Code::malformed_document);
        CHECK(config.error().what.find(row.second) != std::string::npos);
        CAPTURE(config.error().what);
    }
}

TEST_CASE("the administrator's quirks are laid over those compiled in, or refused with the place") {
    const test::TempDirectory directory;
    daemon::Config config;
    config.quirks_directory = directory / "absent";
    const auto none = daemon::load_quirks(config);
    REQUIRE(none);
    CHECK(none->rows().size() == Quirks::builtin().rows().size());
    config.quirks_directory = directory.path();
    const auto write = [&](const std::string& row) {
        std::ofstream(directory / "mine.json")
            << R"({"schema":"changer.quirks/1","quirks":[)" << row << "]}";
    };
    write(R"({"name":"n","source":"s","match":[{"vendor":"STK"}],"unlock_hint":"call Bob"})");
    const auto mine = daemon::load_quirks(config);
    REQUIRE(mine);
    CHECK(mine->find("STK", "SL150", "1").unlock_hint == "call Bob");
    CHECK(mine->find("STK", "SL150", "1").lock_holds_door == true);
    write(R"({"name":"n","source":"s","match":[{"vendor":"STK"}],"hint":"call Bob"})");
    const auto refused = daemon::load_quirks(config);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::malformed_document);
    CHECK(refused.error().what.find("mine.json: /quirks/0/hint") != std::string::npos);
}

TEST_CASE("a configuration that is not there is not found") {
    test::TempDirectory directory;
    const auto config = load_config(directory / "none.json");
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Code::not_found);
    CHECK(config.error().what.find("none.json") != std::string::npos);
}

TEST_SUITE_END();
