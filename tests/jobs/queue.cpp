// SPDX-License-Identifier: Apache-2.0
#include "jobs/queue.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace changer;
using namespace changer::jobs;

namespace {

const WallTime noon{std::chrono::hours{400000}};

Job queued(std::uint64_t number, Operation operation, int priority = 0) {
    Job job;
    job.number = number;
    job.request.operation = operation;
    job.request.priority = priority;
    return job;
}

} // namespace

TEST_SUITE("jobs/queue") {
    TEST_CASE("class goes before priority, priority before number") {
        const std::vector jobs{queued(1, Operation::load, 15),
                               queued(2, Operation::move),
                               queued(3, Operation::unload, -15),
                               queued(4, Operation::door),
                               queued(5, Operation::door, 1),
                               queued(6, Operation::inventory)};
        std::vector<const Job*> left;
        for (const auto& job : jobs)
            left.push_back(&job);
        std::string order;
        while (const auto* next = next_job(left, noon)) {
            order += std::to_string(next->number);
            std::erase(left, next);
        }
        CHECK(order == "654312");
    }

    TEST_CASE("a job that may not start yet lets others go first") {
        auto night = queued(1, Operation::door);
        night.request.not_before = noon + std::chrono::hours{10};
        const auto load = queued(2, Operation::load);
        CHECK(next_job({&night, &load}, noon) == &load);
        CHECK(next_job({&night}, noon) == nullptr);
        CHECK(next_job({&night, &load}, noon + std::chrono::hours{10}) == &night);
    }

    TEST_CASE("an operator's order goes before priority, and not before class") {
        auto a = queued(1, Operation::move, 15);
        auto b = queued(2, Operation::move);
        auto c = queued(3, Operation::unload);
        a.order = usual_order + 1;
        CHECK(next_job({&a, &b}, noon) == &b);
        b.order = usual_order + 2;
        CHECK(next_job({&a, &b}, noon) == &a);
        b.order = usual_order - 1;
        CHECK(next_job({&a, &b, &c}, noon) == &c);
    }

    TEST_CASE("a place in the queue is given without moving others more than needed") {
        auto a = queued(1, Operation::move);
        auto b = queued(2, Operation::move);
        auto c = queued(3, Operation::move);
        auto door = queued(4, Operation::door);
        a.id = "a";
        b.id = "b";
        c.id = "c";
        door.id = "d";
        using Orders = std::vector<std::pair<std::string, std::int64_t>>;
        const std::vector<const Job*> all{&a, &b, &c, &door};
        CHECK(order_at(all, c, 1) == Orders{{"c", usual_order - 1}});
        CHECK(order_at(all, c, 0) == Orders{{"c", usual_order - 1}});
        CHECK(order_at(all, c, 2) == Orders{{"a", usual_order - 2}, {"c", usual_order - 1}});
        CHECK(order_at(all, a, 3) == Orders{{"a", usual_order + 1}});
        CHECK(order_at(all, a, UINT32_MAX) == Orders{{"a", usual_order + 1}});
        CHECK(order_at(all, door, 1) == Orders{{"d", usual_order + 1}});
        b.order = usual_order + 7;
        CHECK(order_at(all, a, UINT32_MAX) == Orders{{"a", usual_order + 8}});
    }
}
