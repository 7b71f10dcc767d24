// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "support/overload.hpp"

#include <nlohmann/json.hpp>

// The poll of an idle library, and the look that somebody asks for.

namespace changer::jobs {

Effects LibraryEngine::revalidate(const Now& now) {
    revalidation_ = Revalidation::wanted;
    poll(now);
    return flush();
}

void LibraryEngine::poll(const Now& now) {
    if (active_ || !idle() || !settings_.enabled.value)
        return;
    const std::chrono::seconds every{settings_.poll_seconds.value};
    const std::chrono::seconds refresh{settings_.refresh_seconds.value};
    if (revalidation_ == Revalidation::reading)
        revalidation_ = Revalidation::none; // read, or not to be read now
    if (first_read_)
        return dispatch("", ReadElements{});
    const bool lockable = settings_.door.lockable.value.value_or(true);
    const bool wanted = settings_.door.lock_policy.value == library::LockPolicy::always;
    if (std::exchange(prevent_due_, false) && wanted && lockable)
        return dispatch("", PreventRemoval{});
    if (std::exchange(allow_due_, false) && !wanted && lock_held())
        return dispatch("", AllowRemoval{});
    if (revalidation_ == Revalidation::wanted) {
        revalidation_ = Revalidation::asked;
        polled_at_ = now.steady;
        return dispatch("", TestReady{});
    }
    const bool asked =
        std::exchange(revalidation_, Revalidation::none) == Revalidation::asked; // and answered
    if (last_ready_ && (read_due_ || !read_at_ || now.steady - *read_at_ >= refresh)) {
        last_ready_ = false; // a read that fails is not tried again before the next "ready"
        if (asked)
            revalidation_ = Revalidation::reading;
        return dispatch("", ReadElements{});
    }
    if (!polled_at_ || now.steady - *polled_at_ >= every) {
        polled_at_ = now.steady;
        dispatch("", TestReady{});
    }
}

void LibraryEngine::on_poll_answer(const DeviceCommand& command,
                                   const DeviceAnswer& answer,
                                   const Now& now) {
    if (std::holds_alternative<ReadElements>(command))
        first_read_ = false;
    if (notice_open_door(answer, now))
        return;
    std::visit(Overload{
                   [&](const Readiness& readiness) {
                       last_ready_ = readiness.ready;
                       const bool tells = settings_.door.reports.value.value_or(
                           info_ ? info_->reports_door.value_or(true) : true);
                       if (readiness.ready && tells)
                           set_door(door::DoorState::closed, now.wall);
                   },
                   [&](const Elements& read) {
                       const bool known = model_.epoch().complete_read.sequence > 0;
                       const auto outcome = take_read(read.elements, known ? "poll" : "start", now);
                       if (known && !outcome.diff.empty() && !outcome.elements.empty())
                           take_foreign_change(outcome.diff, now);
                   },
                   [&](const Removal& removal) { take_removal(removal, command); },
                   [&](const Moved& moved) { take_seen(moved.seen, "poll", now); },
                   [&](const Exchanged& exchanged) { take_seen(exchanged.seen, "poll", now); },
                   [](const Positioned&) {},
                   [&](const DeviceFailed&) {
                       read_due_ = true;
                       last_ready_ = false;
                   },
                   [](const Alerts&) {},
                   [](const Rescanned&) {},
               },
               answer.answer);
}

/// No job of ours was at work: somebody else moved this.
void LibraryEngine::take_foreign_change(const library::Diff& diff, const Now& now) {
    foreign_changes_.add(now.wall, diff);
    dirty_.others.push_back({"foreign_changes",
                             foreign_changes_.document().dump(
                                 -1, ' ', false, nlohmann::json::error_handler_t::replace)});
    dirty_.notices.push_back({"foreign_change", std::nullopt, describe(diff)});
}

} // namespace changer::jobs
