// SPDX-License-Identifier: Apache-2.0
#include "jobs/queue.hpp"

#include <algorithm>
#include <tuple>

namespace changer::jobs {

int queue_class(const Job& job) {
    switch (job.request.operation) {
    case Operation::inventory:
        return job.request.inventory == InventoryAction::full || !job.bays.is_null() ? 6 : 0;
    case Operation::door:
        return 1;
    case Operation::unload: // before load: it is what makes room
        return 4;
    case Operation::load:
    case Operation::move:
    case Operation::exchange:
    case Operation::position:
        return 5;
    case Operation::identify:
        return 6;
    case Operation::stop:
    case Operation::enable:
    case Operation::disable:
        break; // never queued
    }
    return 5;
}

bool runs_before(const Job& a, const Job& b) {
    const auto key = [](const Job& job) {
        return std::tuple(
            queue_class(job), job.order.value_or(usual_order), -job.request.priority, job.number);
    };
    return key(a) < key(b);
}

std::vector<std::pair<std::string, std::int64_t>>
order_at(const std::vector<const Job*>& queued, const Job& job, std::uint32_t position) {
    std::vector<const Job*> others;
    for (const auto* other : queued)
        if (other->id != job.id && queue_class(*other) == queue_class(job))
            others.push_back(other);
    std::sort(others.begin(), others.end(), [](const Job* a, const Job* b) {
        return runs_before(*a, *b);
    });
    const auto order_of = [](const Job* other) { return other->order.value_or(usual_order); };
    const std::size_t before = position > 0 ? position - 1 : 0;
    if (before >= others.size()) {
        const auto last = others.empty() ? usual_order : order_of(others.back());
        return {{job.id, std::max(last, usual_order) + 1}};
    }
    const auto lowest = std::min(order_of(others.front()), usual_order);
    auto order = lowest - static_cast<std::int64_t>(before) - 1;
    std::vector<std::pair<std::string, std::int64_t>> orders;
    for (std::size_t i = 0; i < before; ++i)
        orders.emplace_back(others[i]->id, order++);
    orders.emplace_back(job.id, order);
    return orders;
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
