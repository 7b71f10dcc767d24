// SPDX-License-Identifier: Apache-2.0
#include "jobs/request_list.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;

namespace {

const WallTime noon{std::chrono::hours{12}};

struct List : RequestList {
    List()
        : RequestList("main") {}

    std::string raise(std::string type, std::optional<std::string> job = std::nullopt) {
        return RequestList::raise({.type = std::move(type), .text = "x", .job = std::move(job)},
                                  noon);
    }

    RequestState state(const std::string& id) const { return find(id)->state; }
};

} // namespace

TEST_SUITE("jobs/request_list") {
    TEST_CASE("requests are numbered, and what changed is told once") {
        List list;
        CHECK(list.raise("service") == "main-r1");
        CHECK(list.raise("message") == "main-r2");
        CHECK(list.next_number() == 3);
        CHECK(list.take_changed() == RequestList::Ids{"main-r1", "main-r2"});
        CHECK_FALSE(list.changed());
    }

    TEST_CASE("the first end stands, with who gave it") {
        List list;
        const auto id = list.raise("open_door");
        list.take_changed();
        list.end(id, RequestState::completed, noon + 1h, "uid:7");
        CHECK(list.changed());
        list.take_changed();
        list.end(id, RequestState::withdrawn, noon + 2h);
        list.end("main-r9", RequestState::withdrawn, noon);
        CHECK_FALSE(list.changed());
        CHECK(list.state(id) == RequestState::completed);
        CHECK(list.find(id)->answered_by == "uid:7");
        CHECK(list.find(id)->answered_at == noon + 1h);
    }

    TEST_CASE("all of a type end together; others stay") {
        List list;
        const auto one = list.raise("clear_arm");
        const auto two = list.raise("clear_arm");
        const auto other = list.raise("service");
        list.end_all("clear_arm", RequestState::satisfied, noon);
        CHECK(list.state(one) == RequestState::satisfied);
        CHECK(list.state(two) == RequestState::satisfied);
        CHECK(list.state(other) == RequestState::pending);
        CHECK_FALSE(list.is_asked("clear_arm"));
        CHECK(list.is_asked("service"));
        CHECK(list.is_asked("service", "x"));
        CHECK_FALSE(list.is_asked("service", "y"));
    }

    TEST_CASE(
        "after a restart a dead job's requests are withdrawn, but for those of use without it") {
        List list;
        const auto dead = list.raise("open_door", "main-1");
        const auto alive = list.raise("open_door", "main-2");
        const auto nobodys = list.raise("open_door");
        const auto service = list.raise("service", "main-1");
        const auto away = list.raise("library_offline");
        list.withdraw_orphans(noon, [](const std::string& job) { return job == "main-2"; });
        CHECK(list.state(dead) == RequestState::withdrawn);
        CHECK(list.state(alive) == RequestState::pending);
        CHECK(list.state(nobodys) == RequestState::withdrawn);
        CHECK(list.state(service) == RequestState::pending);
        CHECK(list.state(away) == RequestState::pending);
    }

    TEST_CASE("what is over long enough is forgotten, what waits never") {
        List list;
        const auto over = list.raise("message");
        const auto waiting = list.raise("message");
        list.end(over, RequestState::refused, noon);
        list.take_changed();
        list.forget(noon);
        CHECK(list.find(over) != nullptr);
        list.forget(noon + 1s);
        CHECK(list.find(over) == nullptr);
        CHECK(list.find(waiting) != nullptr);
        CHECK(list.take_changed() == RequestList::Ids{over});
    }
}
