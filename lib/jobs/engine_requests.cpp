// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Operator requests, and what is forgotten after a while.

namespace changer::jobs {

namespace {

/// Whether a job that ended with this code needs a human. Doors have requests of their own.
bool needs_hands(const Sense& sense, scsi::VendorFamily family) {
    if (scsi::door_evidence(sense, family) != scsi::DoorEvidence::none)
        return false;
    const auto* row = scsi::lookup(sense, family);
    return scsi::reaction(sense, family) == scsi::Reaction::ask_operator ||
           (row != nullptr && row->otherwise == scsi::Reaction::ask_operator);
}

} // namespace

/// Whether a request of this type is of use without the job that asked.
bool LibraryEngine::outlives_its_job(std::string_view type) {
    constexpr std::array<std::string_view, 5> types{
        "clear_arm", "find_cartridge", "library_offline", "message", "service"};
    return std::find(types.begin(), types.end(), type) != types.end();
}

std::string LibraryEngine::raise_request(std::string type,
                                         std::string text,
                                         std::optional<std::string> job,
                                         const Now& now) {
    OperatorRequest request;
    request.id = fmt::format("{}-r{}", id_, next_request_++);
    request.library = id_;
    request.type = std::move(type);
    request.text = std::move(text);
    request.job = std::move(job);
    request.created_at = now.wall;
    auto id = request.id;
    dirty_.library = true;
    dirty_.requests.insert(id);
    requests_.insert_or_assign(id, std::move(request));
    return id;
}

void LibraryEngine::end_request(const std::string& id, RequestState state, const Now& now) {
    const auto found = requests_.find(id);
    if (found == requests_.end() || found->second.state != RequestState::pending)
        return;
    found->second.state = state;
    found->second.answered_at = now.wall;
    dirty_.requests.insert(id);
}

/// The library showed that what these asked for is done.
void LibraryEngine::satisfy_requests(std::string_view type, const Now& now) {
    end_requests(type, RequestState::satisfied, now);
}

void LibraryEngine::end_requests(std::string_view type, RequestState state, const Now& now) {
    for (const auto& [id, request] : requests_)
        if (request.type == type)
            end_request(id, state, now);
}

/// Whether a human is asked for exactly this already.
bool LibraryEngine::is_asked(std::string_view type, std::string_view text) const {
    return std::any_of(requests_.begin(), requests_.end(), [&](const auto& entry) {
        const auto& request = entry.second;
        return request.state == RequestState::pending && request.type == type &&
               (text.empty() || request.text == text);
    });
}

/// Calls a human to a library that does not come back by itself; whoever disabled it knows.
void LibraryEngine::look_at_reach(const Now& now) {
    if (!settings_.enabled.value)
        return end_requests("library_offline", RequestState::withdrawn, now);
    if (reach(now) != Reach::offline || is_asked("library_offline"))
        return;
    raise_request(
        "library_offline",
        fmt::format("library {} cannot be used: {}. If that does not say why, look at its "
                    "power, its cables and its path to this machine. It is used again as "
                    "soon as it answers",
                    library_name(),
                    offline_detail_),
        std::nullopt,
        now);
}

/// Asks for the hands that a failed job needs.
void LibraryEngine::ask_after(const Job& job, const Now& now) {
    if (!job.error)
        return;
    if (job.error->sense)
        ask_service(*job.error->sense, job.id, now);
    const auto ask = [&](std::string type, std::string_view what) {
        raise_request(
            std::move(type),
            fmt::format(
                "library {}: {} failed: {}. {}", library_name(), job.id, job.error->what, what),
            job.id,
            now);
    };
    if (job.error->code == Code::cartridge_in_arm)
        ask("clear_arm", "Move the cartridge out of the arm, or call service");
    if (job.error->code == Code::move_unknown)
        ask("find_cartridge", "Look where the cartridge is, then take an inventory");
}

/// Asks once for the hands that a code calls for, however many jobs fail with it.
void LibraryEngine::ask_service(const Sense& sense, const std::string& job, const Now& now) {
    const auto family = info_ ? info_->family : scsi::VendorFamily::generic;
    if (!needs_hands(sense, family))
        return;
    const auto code = to_string(sense);
    auto text = fmt::format("library {} cannot go on by itself: {} ({}). `changerctl explain {}` "
                            "says what to do",
                            library_name(),
                            scsi::describe(sense, family),
                            code,
                            code);
    if (!is_asked("service", text))
        raise_request("service", std::move(text), job, now);
}

/// After the elements were read: an arm that is empty has been cleared.
void LibraryEngine::look_at_arm(const Now& now) {
    bool known = false;
    for (const auto& [address, element] : model_.elements()) {
        if (element.type != scsi::ElementType::transport)
            continue;
        if (element.full.value_or(true))
            return;
        known = true;
    }
    if (known)
        satisfy_requests("clear_arm", now);
}

Result<std::string>
LibraryEngine::ask(std::string text, const Principal& principal, const Now& now, Effects& effects) {
    constexpr std::size_t longest = 256;
    if (text.empty() || text.size() > longest)
        return Error{Code::invalid_parameter, "a message is a text of 1 to 256 bytes"};
    if (!principal.use)
        return Error{Code::access_denied, "asking the operator needs the right 'use'"};
    const auto id = raise_request("message", std::move(text), std::nullopt, now);
    requests_.at(id).created_by = principal.name;
    effects = flush();
    return id;
}

Result<void> LibraryEngine::answer(const std::string& id,
                                   Answer answer,
                                   const Principal& principal,
                                   const Now& now,
                                   Effects& effects) {
    const auto found = requests_.find(id);
    if (found == requests_.end())
        return Error{Code::not_found, fmt::format("there is no operator request {}", id)};
    if (!principal.control)
        return Error{Code::access_denied,
                     "answering an operator request needs the right 'control' on its library"};
    auto& request = found->second;
    if (request.state != RequestState::pending)
        return {};
    const bool complete = answer == Answer::complete;
    request.answered_by = principal.name;
    end_request(id, complete ? RequestState::completed : RequestState::refused, now);
    if (const auto asked = request.job ? jobs_.find(*request.job) : jobs_.end();
        asked != jobs_.end()) {
        auto& job = asked->second;
        if (job.operator_request == id && !job.finished())
            job.operator_request.reset();
        log(job,
            now,
            fmt::format(
                "{} answered '{}' to {}", principal.name, complete ? "complete" : "refuse", id));
        if (active_ == job.id && machine_) {
            if (complete)
                feed_door(door::Complete{}, now);
            else
                feed_door(door::Refuse{}, now);
        }
    }
    effects = flush();
    return {};
}

void LibraryEngine::forget_old(const Now& now) {
    if (forgot_at_ && now.steady - *forgot_at_ < std::chrono::minutes{1})
        return;
    forgot_at_ = now.steady;
    const auto oldest = now.wall - std::chrono::hours{settings_.retention_hours.value};
    for (auto next = jobs_.begin(); next != jobs_.end();) {
        const auto& job = next->second;
        const bool old = job.finished() && job.finished_at && *job.finished_at < oldest;
        if (old)
            dirty_.jobs.insert(job.id);
        next = old ? jobs_.erase(next) : std::next(next);
    }
    for (auto next = requests_.begin(); next != requests_.end();) {
        const auto& request = next->second;
        const bool old = request.state != RequestState::pending && request.answered_at &&
                         *request.answered_at < oldest;
        if (old)
            dirty_.requests.insert(request.id);
        next = old ? requests_.erase(next) : std::next(next);
    }
}

} // namespace changer::jobs
