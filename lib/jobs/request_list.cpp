// SPDX-License-Identifier: Apache-2.0
#include "jobs/request_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace changer::jobs {

const OperatorRequest* RequestList::find(std::string_view id) const {
    const auto found = requests_.find(id);
    return found == requests_.end() ? nullptr : &found->second;
}

bool RequestList::is_asked(std::string_view type, std::string_view text) const {
    return std::any_of(requests_.begin(), requests_.end(), [&](const auto& entry) {
        const auto& request = entry.second;
        return request.state == RequestState::pending && request.type == type &&
               (text.empty() || request.text == text);
    });
}

std::string RequestList::raise(Question question, WallTime at) {
    OperatorRequest request;
    request.id = fmt::format("{}-r{}", library_, next_++);
    request.library = library_;
    request.type = std::move(question.type);
    request.text = std::move(question.text);
    request.job = std::move(question.job);
    request.created_by = std::move(question.created_by);
    request.created_at = at;
    auto id = request.id;
    changed_.insert(id);
    requests_.insert_or_assign(id, std::move(request));
    return id;
}

void RequestList::end(const std::string& id,
                      RequestState state,
                      WallTime at,
                      std::optional<std::string> answered_by) {
    const auto found = requests_.find(id);
    if (found == requests_.end() || found->second.state != RequestState::pending)
        return;
    found->second.state = state;
    found->second.answered_at = at;
    found->second.answered_by = std::move(answered_by);
    changed_.insert(id);
}

void RequestList::end_all(std::string_view type, RequestState state, WallTime at) {
    for (const auto& [id, request] : requests_)
        if (request.type == type)
            end(id, state, at);
}

void RequestList::hand_over(const std::string& id, const std::string& job) {
    const auto found = requests_.find(id);
    if (found == requests_.end())
        return;
    found->second.job = job;
    changed_.insert(id);
}

void RequestList::forget(WallTime oldest) {
    for (auto next = requests_.begin(); next != requests_.end();) {
        const auto& request = next->second;
        const bool old = request.state != RequestState::pending && request.answered_at &&
                         *request.answered_at < oldest;
        if (old)
            changed_.insert(request.id);
        next = old ? requests_.erase(next) : std::next(next);
    }
}

void RequestList::restore(OperatorRequest request) {
    auto id = request.id;
    requests_.insert_or_assign(std::move(id), std::move(request));
}

RequestList::Ids RequestList::take_changed() {
    return std::exchange(changed_, {});
}

bool RequestList::outlives_its_job(std::string_view type) {
    constexpr std::array<std::string_view, 5> types{
        "clear_arm", "find_cartridge", "library_offline", "message", "service"};
    return std::find(types.begin(), types.end(), type) != types.end();
}

} // namespace changer::jobs
