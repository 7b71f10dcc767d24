// SPDX-License-Identifier: Apache-2.0
#include "makespan.hpp"
#include "sim/personality.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;

TEST_SUITE("jobs/on_media/makespan") {
    TEST_CASE("200 cartridges take at most a twentieth more than arm or drives need") {
        for (const std::size_t drives : {1U, 2U, 4U, 16U}) {
            CAPTURE(drives);
            const auto makespan = inventory_makespan("default", {200, drives});
            CAPTURE(makespan.taken.count());
            CAPTURE(makespan.bound.count());
            CHECK(makespan.examined == 200);
            CHECK(makespan.taken >= makespan.bound);
            CHECK(makespan.taken * 20 <= makespan.bound * 21);
        }
    }

    TEST_CASE("every kind of library is looked at whole, in time") {
        for (const auto& personality : sim::personalities()) {
            const std::string name(personality.name);
            CAPTURE(name);
            const auto makespan = inventory_makespan(name, {60, 2});
            CHECK(makespan.examined == 60);
            CHECK(makespan.taken * 20 <= makespan.bound * 21 + std::chrono::minutes{20});
        }
    }
}
