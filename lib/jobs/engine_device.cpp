// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/evidence.hpp"
#include "jobs/engine.hpp"
#include "library/reading.hpp"

#include <fmt/format.h>

// The device: its coming and going, its answers.

namespace changer::jobs {

namespace {

/// Finds a slot whose magazine was there when it was last read, and now is not.
bool magazine_left(const library::Model& model, const std::vector<scsi::ElementStatus>& elements) {
    for (const auto& status : elements) {
        if (status.type != scsi::ElementType::storage ||
            library::reading_of(status).content != library::Content::not_present)
            continue;
        const auto* known = model.element(status.address);
        if (known != nullptr && !known->not_present)
            return true;
    }
    return false;
}

} // namespace

Effects LibraryEngine::device_online(const DeviceInfo& info, const Now& now) {
    info_ = info;
    online_ = was_online_ = tried_ = true;
    offline_since_.reset();
    offline_detail_.clear();
    in_flight_.reset();
    polled_at_.reset();
    last_ready_ = false;
    prevent_due_ = true;
    dirty_.library = true;
    hint("library");
    requests_.end_all("library_offline", RequestState::satisfied, now.wall);
    if (machine_)
        feed_door(door::DeviceBack{}, now);
    else
        first_read_ = true;
    schedule(now);
    poll(now);
    return flush();
}

Effects LibraryEngine::device_offline(const Error& error, const Now& now) {
    const bool lost = std::exchange(online_, false);
    tried_ = true;
    const auto dropped = std::exchange(in_flight_, std::nullopt);
    if (lost) {
        offline_since_ = now.steady;
        model_.mark_stale(now.wall, "the connection to the library was lost");
        dirty_.library = true;
        if (lock_held())
            set_lock(door::LockState::unknown); // it went with the session
    }
    if (lost || offline_detail_ != error.what)
        hint("library");
    offline_detail_ = error.what;
    first_read_ = false;
    read_due_ = true;
    if (examination_ && lost) {
        examination_->unsettled = true;
        examination_->prevented = false;
        examination_->look_at.reset();
    }
    if (!active_)
        return flush();
    auto& job = jobs_.at(*active_);
    if (machine_ && lost)
        feed_door(door::DeviceLost{}, now);
    else if (examination_ && examination_->job == job.id && lost)
        log(job, now, fmt::format("the connection to the library was lost: {}", error.what));
    else if (lost && dropped &&
             (std::holds_alternative<MoveMedium>(dropped->command) ||
              std::holds_alternative<ExchangeMedia>(dropped->command)))
        await_verdict(job, error, now);
    else if (lost && job.request.operation == Operation::position)
        finish(job, JobState::failed, error, now); // nothing was to be moved
    else if (looks(job.request.operation) && lost) {
        job.state = JobState::waiting;
        log(job, now, fmt::format("the connection to the library was lost: {}", error.what));
    }
    return flush();
}

Effects LibraryEngine::device_answer(const std::string& job,
                                     std::uint64_t step,
                                     const DeviceAnswer& answer,
                                     const Now& now) {
    (void)job; // a merged request may have taken over since: the step alone tells
    if (!in_flight_ || in_flight_->step != step) {
        take_stale_answer(answer, now);
        return flush();
    }
    const auto command = std::exchange(in_flight_, std::nullopt)->command;
    if (machine_) {
        on_door_answer(command, answer, now);
    } else {
        take_attentions(answer.unit_attentions, now);
        if (active_) {
            auto& running = jobs_.at(*active_);
            notice_open_door(answer, now);
            on_job_answer(running, command, answer, now);
        } else {
            on_poll_answer(command, answer, now);
        }
    }
    schedule(now);
    poll(now);
    return flush();
}

void LibraryEngine::on_job_answer(Job& job,
                                  const DeviceCommand& command,
                                  const DeviceAnswer& answer,
                                  const Now& now) {
    switch (job.request.operation) {
    case Operation::inventory:
    case Operation::identify:
        return on_inventory_answer(job, command, answer, now);
    case Operation::exchange:
        return on_exchange_answer(job, command, answer, now);
    case Operation::position:
        return on_position_answer(job, answer, now);
    case Operation::load:
    case Operation::unload:
    case Operation::move:
        return on_move_answer(job, command, answer, now);
    case Operation::door: // its machine takes them
    case Operation::stop: // they send nothing
    case Operation::enable:
    case Operation::disable:
        break;
    }
}

/// An answer that nobody waits for any more leads nowhere, but what it saw was there.
void LibraryEngine::take_stale_answer(const DeviceAnswer& answer, const Now& now) {
    if (machine_)
        return feed_door(door::Attention{answer.unit_attentions}, now);
    take_attentions(answer.unit_attentions, now);
    if (const auto* moved = std::get_if<Moved>(&answer.answer))
        take_seen(moved->seen, "late answer", now);
    if (const auto* exchanged = std::get_if<Exchanged>(&answer.answer))
        take_seen(exchanged->seen, "late answer", now);
    read_due_ = true;
}

void LibraryEngine::take_attentions(const std::vector<scsi::UnitAttention>& attentions,
                                    const Now& now) {
    const auto family = info_ ? info_->family : scsi::VendorFamily::generic;
    for (const auto& attention : attentions) {
        const auto why = scsi::describe(attention.sense, family);
        switch (scsi::reaction(attention.sense, family)) {
        case scsi::Reaction::reread_import_export:
            model_.mark_mail_stale(now.wall, why);
            break;
        case scsi::Reaction::start_over:
            if (lock_held())
                set_lock(door::LockState::unknown);
            prevent_due_ = true;
            if (examination_)
                examination_->prevented = false;
            model_.mark_stale(now.wall, why);
            break;
        case scsi::Reaction::reread_inventory:
        case scsi::Reaction::initialize_elements:
        case scsi::Reaction::remap:
            model_.mark_stale(now.wall, why);
            break;
        default:
            continue; // says nothing of the elements
        }
        read_due_ = true;
        dirty_.library = true;
    }
}

/// Takes a door that was opened without a request for what it is; true if it was.
bool LibraryEngine::notice_open_door(const DeviceAnswer& answer, const Now& now) {
    const auto family = info_ ? info_->family : scsi::VendorFamily::generic;
    std::optional<std::string> evidence;
    if (const auto* read = std::get_if<Elements>(&answer.answer)) {
        if (magazine_left(model_, read->elements))
            evidence = "a magazine was taken out";
    } else {
        evidence = door::opened(answer, family);
    }
    if (!evidence || !settings_.door.present.value)
        return false;
    unsolicited_ = evidence;
    model_.mark_stale(now.wall, *evidence);
    dirty_.library = true;
    return true;
}

library::Outcome LibraryEngine::take_read(const std::vector<scsi::ElementStatus>& elements,
                                          const std::string& by,
                                          const Now& now) {
    const bool reader = info_ && info_->barcode_reader;
    settle_carry(elements, now);
    auto outcome = library::reconcile(
        model_, {elements, now.wall, by, reader ? std::optional(true) : std::nullopt});
    apply(outcome);
    look_at_arm(now);
    read_at_ = now.steady;
    read_due_ = false;
    return outcome;
}

void LibraryEngine::take_seen(const std::vector<scsi::ElementStatus>& seen,
                              const std::string& by,
                              const Now& now) {
    if (seen.empty())
        return;
    const bool reader = info_ && info_->barcode_reader;
    apply(library::observe(model_,
                           {seen, now.wall, by, reader ? std::optional(true) : std::nullopt}));
}

bool LibraryEngine::lock_held() const {
    return door_.lock == door::LockState::locked || door_.lock == door::LockState::requested;
}

/// Takes in what PREVENT or ALLOW was answered with outside a door job.
void LibraryEngine::take_removal(const Removal& removal, const DeviceCommand& command) {
    if (removal.verdict == RemovalVerdict::refused)
        return set_lock(door::LockState::not_effective);
    if (removal.verdict == RemovalVerdict::unknown)
        return set_lock(door::LockState::unknown);
    if (std::holds_alternative<AllowRemoval>(command))
        return set_lock(door::LockState::unlocked);
    set_lock(door_parameters({}).lock_holds_door ? door::LockState::locked
                                                 : door::LockState::requested);
}

void LibraryEngine::set_lock(door::LockState lock) {
    dirty_.door = dirty_.door || door_.lock != lock;
    door_.lock = lock;
}

void LibraryEngine::set_door(door::DoorState state, WallTime since) {
    if (door_.state == state)
        return;
    door_.state = state;
    door_.since = since;
    dirty_.door = true;
}

} // namespace changer::jobs
