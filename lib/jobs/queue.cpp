// SPDX-License-Identifier: Apache-2.0
#include "jobs/queue.hpp"

#include <tuple>

namespace changer::jobs {

int queue_class(Operation operation) {
    switch (operation) {
    case Operation::inventory:
        return 0;
    case Operation::door:
        return 1;
    case Operation::unload: // before load: it is what makes room
        return 4;
    case Operation::load:
    case Operation::move:
    case Operation::exchange:
    case Operation::position:
        return 5;
    }
    return 5;
}

bool runs_before(const Job& a, const Job& b) {
    const auto key = [](const Job& job) {
        return std::tuple(queue_class(job.request.operation), -job.request.priority, job.number);
    };
    return key(a) < key(b);
}

const Job* next_job(const std::vector<const Job*>& queued, WallTime wall) {
    const Job* first = nullptr;
    for (const auto* job : queued) {
        if (job->request.not_before && *job->request.not_before > wall)
            continue;
        if (first == nullptr || runs_before(*job, *first))
            first = job;
    }
    return first;
}

} // namespace changer::jobs
