// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"

#include <fmt/format.h>

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

/// Calls a human to a library that does not come back by itself; whoever disabled it knows.
void LibraryEngine::look_at_reach(const Now& now) {
    if (!settings_.enabled.value)
        return requests_.end_all("library_offline", RequestState::withdrawn, now.wall);
    if (reach(now) != Reach::offline || requests_.is_asked("library_offline"))
        return;
    requests_.raise({.type = "library_offline",
                     .text = fmt::format("library {} cannot be used: {}. If that does not say why, "
                                         "look at its power, its cables and its path to this "
                                         "machine. It is used again as soon as it answers",
                                         library_name(),
                                         offline_detail_)},
                    now.wall);
}

/// Asks for the hands that a failed job needs.
void LibraryEngine::ask_after(const Job& job, const Now& now) {
    if (!job.error)
        return;
    if (job.error->sense)
        ask_service(*job.error->sense, job.id, now);
    const auto ask = [&](std::string type, std::string_view what) {
        auto text = fmt::format(
            "library {}: {} failed: {}. {}", library_name(), job.id, job.error->what, what);
        requests_.raise({.type = std::move(type), .text = std::move(text), .job = job.id},
                        now.wall);
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
    if (!requests_.is_asked("service", text))
        requests_.raise({.type = "service", .text = std::move(text), .job = job}, now.wall);
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
        requests_.end_all("clear_arm", RequestState::satisfied, now.wall);
}

Result<std::string>
LibraryEngine::ask(std::string text, const Principal& principal, const Now& now, Effects& effects) {
    constexpr std::size_t longest = 256;
    if (text.empty() || text.size() > longest)
        return Error{Code::invalid_parameter, "a message is a text of 1 to 256 bytes"};
    if (!principal.use)
        return Error{Code::access_denied, "asking the operator needs the right 'use'"};
    auto id = requests_.raise(
        {.type = "message", .text = std::move(text), .created_by = principal.name}, now.wall);
    effects = flush();
    return id;
}

Result<void> LibraryEngine::answer(const std::string& id,
                                   Answer answer,
                                   const Principal& principal,
                                   const Now& now,
                                   Effects& effects) {
    const auto* request = requests_.find(id);
    if (request == nullptr)
        return Error{Code::not_found, fmt::format("there is no operator request {}", id)};
    if (!principal.control)
        return Error{Code::access_denied,
                     "answering an operator request needs the right 'control' on its library"};
    if (request->state != RequestState::pending)
        return {};
    const bool complete = answer == Answer::complete;
    requests_.end(
        id, complete ? RequestState::completed : RequestState::refused, now.wall, principal.name);
    if (const auto asked = request->job ? jobs_.find(*request->job) : jobs_.end();
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
    requests_.forget(oldest);
}

} // namespace changer::jobs
