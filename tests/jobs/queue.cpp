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
}
