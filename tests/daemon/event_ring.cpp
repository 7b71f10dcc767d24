// SPDX-License-Identifier: Apache-2.0
#include "daemon/event_ring.hpp"

#include <doctest/doctest.h>

#include <string>

using changer::daemon::EventRing;

TEST_SUITE_BEGIN("daemon/event_ring");

TEST_CASE("an event has its id, its name and its data in the order readers expect") {
    EventRing ring("s");
    ring.publish("door", R"({"type":"door"})", "main");
    REQUIRE(ring.next(0) != nullptr);
    CHECK(ring.next(0)->text == "id: s-1\nevent: door\ndata: {\"type\":\"door\"}\n\n");
    CHECK(ring.next(1) == nullptr);
}

TEST_CASE("a reader without an id gets what comes next, one with an id what it missed") {
    EventRing ring("s");
    ring.publish("a", "{}", "");
    ring.publish("b", "{}", "");
    CHECK(ring.resume(std::nullopt) == 2);
    CHECK(ring.resume("s-1") == 1);
    CHECK(ring.resume("s-0") == 0);
    CHECK(ring.next(1)->number == 2);
}

TEST_CASE("an id of another run, of the future or of nobody is an overflow") {
    EventRing ring("s");
    ring.publish("a", "{}", "");
    for (const char* id : {"t-1", "s-2", "s-", "s", "", "s-1x", "s--1", "s-99999999999999999999"}) {
        CAPTURE(id);
        CHECK_FALSE(ring.resume(std::string(id)));
    }
    CHECK(ring.overflow().find("id: s-1\nevent: overflow\n") == 0);
}

TEST_CASE("a reader that owes more than its limit has lost events") {
    EventRing ring("s", {.events = 1000, .unsent_bytes = 400});
    ring.publish("a", std::string(100, 'x'), "");
    CHECK_FALSE(ring.lost(0));
    for (int i = 0; i < 4; ++i)
        ring.publish("a", std::string(100, 'x'), "");
    CHECK(ring.lost(0));
    CHECK(ring.next(0) == nullptr);
    CHECK_FALSE(ring.resume("s-0"));
    CHECK_FALSE(ring.lost(ring.newest()));
}

TEST_CASE("a ring keeps no more events than its limit") {
    EventRing ring("s", {.events = 2, .unsent_bytes = 100000});
    for (int i = 0; i < 3; ++i)
        ring.publish("a", "{}", "");
    CHECK(ring.lost(0));
    CHECK_FALSE(ring.lost(1));
    CHECK(ring.next(1)->number == 2);
}

TEST_SUITE_END();
