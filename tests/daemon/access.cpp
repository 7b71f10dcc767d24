// SPDX-License-Identifier: Apache-2.0
#include "daemon/access.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace changer;
using namespace changer::daemon;

namespace {

using Kind = AccessEntry::Kind;

constexpr Rights all{.use = true, .modify = true, .control = true};
constexpr Rights use_only{.use = true};
constexpr Rights use_and_control{.use = true, .control = true};

/// Names as a machine would have them; nothing of this one's.
NameService names() {
    return {[](const std::string& name) -> Result<std::optional<id_t>> {
                if (name == "slow")
                    return Error{Code::failed, "the name service does not tell who slow is"};
                return name == "bareos"   ? std::optional<id_t>(1000)
                       : name == "nobody" ? std::optional<id_t>(65534)
                       : name == "77"     ? std::optional<id_t>(1077)
                                          : std::nullopt;
            },
            [](const std::string& name) -> Result<std::optional<id_t>> {
                return name == "operators" ? std::optional<id_t>(500) : std::nullopt;
            }};
}

LibraryConfig configured(const std::string& id, std::vector<AccessEntry> access) {
    return {.id = id, .device = "sim:default", .access = std::move(access)};
}

Access with(std::vector<LibraryConfig> libraries) {
    auto list = resolve_access(libraries, names());
    REQUIRE(list);
    return Access(995, *std::move(list));
}

} // namespace

TEST_SUITE_BEGIN("daemon/access");

TEST_CASE("root and the daemon's own user have every right, everybody else none") {
    const Access access(995);
    CHECK(access.rights({.uid = 0}, "main") == all);
    CHECK(access.rights({.uid = 995}, "main") == all);
    CHECK(access.rights({.uid = 1000, .gid = 0, .groups = {0, 995}}, "main") == Rights{});
    CHECK_FALSE(access.admitted({.uid = 1000}));
    CHECK_FALSE(access.admitted({.uid = 0, .token = "nightly"})); // a token is nobody's uid
}

TEST_CASE("the id that stands for unknown users never matches, not even as the daemon's own") {
    CHECK_FALSE(Access(65534).admitted({.uid = 65534}));
    CHECK_FALSE(Access(static_cast<uid_t>(-1)).admitted({}));
    const AccessList list{{"main", {{Kind::user, 65534, "", all}, {Kind::group, 65534, "", all}}}};
    CHECK_FALSE(Access(995, list).admitted({.uid = 65534, .gid = 65534, .groups = {65534}}));
    CHECK_FALSE(Access(995, list).admitted({.uid = 1000, .gid = 65534, .groups = {65534}}));
    const AccessList none{{"main",
                           {{Kind::user, static_cast<id_t>(-1), "", all},
                            {Kind::group, static_cast<id_t>(-1), "", all}}}};
    CHECK_FALSE(Access(995, none).admitted({}));
}

TEST_CASE("a user, a group and a token have what their entries give, in that library alone") {
    const Access access = with({configured("main",
                                           {{Kind::user, "bareos", use_only},
                                            {Kind::group, "operators", use_and_control},
                                            {Kind::token, "nightly", use_only}}),
                                configured("other", {})});
    CHECK(access.rights({.uid = 1000}, "main") == use_only);
    CHECK(access.rights({.uid = 1001, .gid = 500}, "main") == use_and_control);
    CHECK(access.rights({.uid = 1001, .gid = 1, .groups = {7, 500}}, "main") == use_and_control);
    CHECK(access.rights({.token = "nightly"}, "main") == use_only);
    for (const Peer& stranger : {Peer{.uid = 500, .gid = 1000, .groups = {1000}},
                                 Peer{.token = "bareos"},
                                 Peer{.uid = 1000, .token = "x"},
                                 Peer{.uid = 0, .token = "x"},
                                 Peer{.uid = 1001, .gid = 500, .token = "x"},
                                 Peer{}}) {
        CAPTURE(principal(stranger));
        CHECK(access.rights(stranger, "main") == Rights{});
        CHECK_FALSE(access.admitted(stranger));
    }
    CHECK(access.rights({.uid = 1000}, "other") == Rights{});
    CHECK(access.rights({.uid = 1000}, "") == Rights{});
    CHECK(access.admitted({.uid = 1000}));
}

TEST_CASE("several entries add up") {
    const Access access =
        with({configured("main",
                         {{Kind::user, "bareos", use_only},
                          {Kind::group, "operators", use_and_control},
                          {Kind::user, "bareos", {.use = true, .modify = true}}})});
    CHECK(access.rights({.uid = 1000, .gid = 500}, "main") == all);
}

TEST_CASE("another list holds at once") {
    Access access = with({configured("main", {{Kind::user, "bareos", use_only}})});
    access.replace({{"main", {{Kind::user, 1001, "", use_only}}}});
    CHECK_FALSE(access.admitted({.uid = 1000}));
    CHECK(access.rights({.uid = 1001}, "main") == use_only);
}

TEST_CASE("a name becomes its number; a number that is nobody's name stands for itself") {
    const auto list = resolve_access({configured("main",
                                                 {{Kind::user, "bareos", use_only},
                                                  {Kind::user, "1234", use_only},
                                                  {Kind::user, "77", use_only}})},
                                     names());
    REQUIRE(list);
    const auto& grants = list->at("main");
    CHECK(grants.at(0).number == 1000);
    CHECK(grants.at(1).number == 1234);
    CHECK(grants.at(2).number == 1077);
}

TEST_CASE("a name that cannot be used is named by its place, with what to do") {
    const std::vector<std::pair<AccessEntry, std::string>> rows{
        {{Kind::user, "bareso", use_only}, "/libraries/1/access/1/user: there is no user `bareso`"},
        {{Kind::group, "bareos", use_only}, "/access/1/group: there is no group `bareos`"},
        {{Kind::user, "nobody", use_only}, "/access/1/user: user `nobody` has the number"},
        {{Kind::group, "4294967295", use_only}, "/access/1/group: group `4294967295` has"},
        {{Kind::group, "4294967296", use_only}, "there is no group `4294967296`"},
        {{Kind::user, "-1", use_only}, "there is no user `-1`"},
        {{Kind::user, "", use_only}, "there is no user ``"},
        {{Kind::user, "12x", use_only}, "there is no user `12x`"},
        {{Kind::user, "slow", use_only}, "/access/1/user: the name service does not tell"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.first.name);
        const auto list =
            resolve_access({configured("first", {}),
                            configured("main", {{Kind::user, "bareos", use_only}, row.first})},
                           names());
        REQUIRE_FALSE(list);
        CAPTURE(list.error().what);
        CHECK(list.error().what.find(row.second) != std::string::npos);
        CHECK(list.error().code ==
              (row.first.name == "slow" ? Code::failed : Code::malformed_document));
    }
}

TEST_CASE("the machine's own names are known, and no others") {
    const NameService system = NameService::system();
    CHECK(*system.user("root") == std::optional<id_t>(0));
    CHECK(*system.group("root") == std::optional<id_t>(0));
    CHECK(*system.user("no such user, surely") == std::nullopt);
    CHECK(*system.group("no such group, surely") == std::nullopt);
}

TEST_SUITE_END();
