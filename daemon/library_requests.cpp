// SPDX-License-Identifier: Apache-2.0
// What clients ask of a library: each is one step, answered when it is durable.
#include "library_runner.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace changer::daemon {
namespace {

constexpr std::size_t unfinished_jobs_limit = 1000;

} // namespace

std::optional<Error> LibraryRunner::refusal() const {
    if (store_state_ == StoreState::full)
        return Error{Code::database_full,
                     "the disk with the state directory is full; free space on it"};
    if (store_state_ == StoreState::failed)
        return Error{Code::database_failure, store_error_};
    return std::nullopt;
}

Outcome<std::string> LibraryRunner::try_submit(const jobs::JobRequest& request,
                                               const jobs::Principal& principal,
                                               const std::vector<jobs::CabinetMember>& members,
                                               const std::optional<std::string>& key,
                                               const Now& now,
                                               jobs::Effects& effects,
                                               bool& is_new,
                                               bool& withdrawable) {
    if (key) {
        auto earlier = keys_.find(principal.name, *key, request);
        if (!earlier)
            return {std::move(earlier).error(), Refusal::key_reused};
        if (*earlier && engine_.job(**earlier) != nullptr)
            return {std::move(**earlier)};
    }
    const auto unfinished = [](const auto& entry) { return !entry.second.finished(); };
    const auto& all = engine_.jobs();
    if (std::count_if(all.begin(), all.end(), unfinished) >=
        static_cast<std::ptrdiff_t>(unfinished_jobs_limit))
        return {
            Error{Code::not_enough_memory,
                  fmt::format("{} jobs are waiting; cancel some first", unfinished_jobs_limit)}};
    auto job = engine_.submit(request, principal, now, effects, members);
    is_new = static_cast<bool>(job);
    withdrawable = !effects.changes.empty(); // else it was queued before
    if (job && key)
        effects.changes.push_back(keys_.remember(principal.name, *key, request, *job, now.wall));
    return {std::move(job)};
}

void LibraryRunner::submit(jobs::JobRequest request,
                           jobs::Principal principal,
                           std::vector<jobs::CabinetMember> members,
                           std::optional<std::string> key,
                           std::function<void(Outcome<std::string>)> reply) {
    if (auto refused = refusal())
        return reply({std::move(*refused)});
    Input input;
    input.submission = true;
    input.refuse = [reply](const Error& why) { reply({why}); };
    input.step = [this, request, principal, members, key, reply](jobs::Effects& effects,
                                                                 const Now& now) -> After {
        bool is_new = false;
        bool withdrawable = false;
        const auto outcome =
            try_submit(request, principal, members, key, now, effects, is_new, withdrawable);
        if (!is_new) {
            effects = {};
            return [reply, outcome](const Result<void>&) { reply(outcome); };
        }
        return [this, job = *outcome.result, key, principal, reply, withdrawable](
                   const Result<void>& durable) {
            if (durable) {
                reply({job});
                return enqueue_tick(); // it may start now
            }
            if (withdrawable)
                engine_.withdraw(job);
            if (key)
                keys_.forget(principal.name, *key);
            reply({durable.error()});
        };
    };
    enqueue(std::move(input));
}

void LibraryRunner::reconfigure(const LibraryConfig& config) {
    const bool same = library::to_json(config_.settings) == library::to_json(config.settings);
    config_ = config;
    if (same)
        return;
    enqueue_event([this, settings = config.settings](const Now& now) {
        return engine_.configure(settings, now);
    });
    enqueue_tick();
}

void LibraryRunner::read_after_look(Reader reader) {
    if (store_state_ == StoreState::failed)
        return read(std::move(reader)); // nothing is stepped any more
    const auto waiting = std::make_shared<Reader>(std::move(reader));
    look_wanted_.push_back(waiting);
    services_.loop.after(services_.look_patience, [this, alive = alive_, waiting] {
        if (*alive && *waiting)
            read(std::exchange(*waiting, nullptr));
    });
    pump();
}

/// The first step of a look for everybody who wants one.
LibraryRunner::Input LibraryRunner::look() {
    looking_ = std::exchange(look_wanted_, {});
    look_begun_ = false;
    return {.step = [this](jobs::Effects& effects, const Now& now) {
        look_begun_ = true;
        append(effects, engine_.revalidate(now));
        return After();
    }};
}

/// Lets the readers go when the library has been looked at.
void LibraryRunner::end_look() {
    if (!looking_.empty() && (!look_begun_ || engine_.revalidating()))
        return;
    for (const auto& waiting : std::exchange(looking_, {}))
        if (*waiting)
            readers_.push_back(std::exchange(*waiting, nullptr));
    if (!look_wanted_.empty())
        inputs_.push_back(look());
}

void LibraryRunner::tie(const std::string& job,
                        const std::shared_ptr<ClientConnection>& connection) {
    const jobs::Job* known = engine_.job(job);
    if (known == nullptr || known->finished() || connection == nullptr)
        return;
    ties_[job].push_back(connection);
    connection->hold(job, [this, alive = alive_, job, gone = connection.get()] {
        if (*alive)
            untie(job, *gone);
    });
}

void LibraryRunner::untie(const std::string& job, const ClientConnection& connection) {
    const auto tied = ties_.find(job);
    if (tied == ties_.end())
        return;
    std::erase_if(tied->second, [&](const auto& other) { return other.get() == &connection; });
    if (!tied->second.empty())
        return; // the same submission came on another connection too
    ties_.erase(tied);
    enqueue_event([this, job](const Now& now) { return engine_.client_gone(job, now); });
    enqueue_tick();
}

void LibraryRunner::release_connections(const std::string& job) {
    const auto tied = ties_.find(job);
    const jobs::Job* known = engine_.job(job);
    if (tied == ties_.end() || (known != nullptr && !known->finished()))
        return;
    for (const auto& connection : tied->second)
        connection->release(job);
    ties_.erase(tied);
}

/// One step of the engine that somebody waits for: `act` makes its effects, and `reply` gets what
/// it returned as soon as they are durable.
template <class Value, class Act>
void LibraryRunner::request(std::function<void(Result<Value>)> reply, Act act) {
    if (auto refused = refusal())
        return reply(std::move(*refused));
    Input input;
    input.refuse = [reply](const Error& why) { reply(why); };
    input.step = [this, reply, act](jobs::Effects& effects, const Now& now) -> After {
        jobs::Effects own;
        const Result<Value> outcome = act(now, own);
        append(effects, std::move(own));
        return [this, outcome, reply](const Result<void>& durable) {
            if (!durable)
                return reply(durable.error());
            reply(outcome);
            enqueue_tick();
        };
    };
    enqueue(std::move(input));
}

void LibraryRunner::cancel(std::string job,
                           jobs::Principal principal,
                           std::function<void(Result<jobs::Cancellation>)> reply) {
    request(std::move(reply), [this, job, principal](const Now& now, jobs::Effects& effects) {
        return engine_.cancel(job, principal, now, effects);
    });
}

/// A change that is made only at a generation that is expected, and committed alone: it can be
/// undone.
template <class Act>
void LibraryRunner::change(Expected expected, std::function<void(Outcome<void>)> reply, Act act) {
    if (auto refused = refusal())
        return reply({std::move(*refused)});
    Input input;
    input.submission = true;
    input.refuse = [reply](const Error& why) { reply({why}); };
    input.step = [this, expected, reply, act](jobs::Effects& effects, const Now& now) -> After {
        Outcome<void> outcome;
        const auto generation = engine_.generation();
        if (expected &&
            std::find(expected->begin(), expected->end(), generation) == expected->end())
            outcome = {Error{Code::busy,
                             fmt::format("library {} has changed: it is at generation {}; read it "
                                         "again, then decide",
                                         id(),
                                         generation)},
                       Refusal::moved_on};
        else
            outcome.result = act(now, effects);
        return [this, outcome, reply](const Result<void>& durable) {
            if (!durable)
                engine_.withdraw_settings();
            reply(durable ? outcome : Outcome<void>{durable.error()});
            enqueue_tick();
        };
    };
    enqueue(std::move(input));
}

void LibraryRunner::change_settings(nlohmann::json patch,
                                    jobs::Principal principal,
                                    Expected expected,
                                    std::function<void(Outcome<void>)> reply) {
    change(std::move(expected),
           std::move(reply),
           [this, patch, principal](const Now& now, jobs::Effects& effects) {
               return engine_.change_settings(patch, principal, now, effects);
           });
}

void LibraryRunner::describe(std::string object,
                             nlohmann::json patch,
                             jobs::Principal principal,
                             Expected expected,
                             std::function<void(Outcome<void>)> reply) {
    change(std::move(expected),
           std::move(reply),
           [this, object, patch, principal](const Now&, jobs::Effects& effects) {
               return engine_.set_description(object, patch, principal, effects);
           });
}

void LibraryRunner::set_order(std::string job,
                              std::uint32_t position,
                              jobs::Principal principal,
                              std::function<void(Result<void>)> reply) {
    request(std::move(reply),
            [this, job, position, principal](const Now& now, jobs::Effects& effects) {
                return engine_.set_order(job, position, principal, now, effects);
            });
}

void LibraryRunner::ask(std::string text,
                        jobs::Principal principal,
                        std::function<void(Result<std::string>)> reply) {
    request(std::move(reply), [this, text, principal](const Now& now, jobs::Effects& effects) {
        return engine_.ask(text, principal, now, effects);
    });
}

void LibraryRunner::answer(std::string id,
                           jobs::Answer answer,
                           jobs::Principal principal,
                           std::function<void(Result<void>)> reply) {
    request(std::move(reply),
            [this, id, answer, principal](const Now& now, jobs::Effects& effects) {
                return engine_.answer(id, answer, principal, now, effects);
            });
}

} // namespace changer::daemon
