// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/evidence.hpp"
#include "jobs/door/json.hpp"
#include "jobs/engine.hpp"
#include "library/diff.hpp"
#include "support/overload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// Drives the door machine: events in, its commands and notices out.

namespace changer::jobs {

namespace {

const std::vector<scsi::ElementStatus>* elements_of(const door::Event& event) {
    const auto* answer = std::get_if<DeviceAnswer>(&event);
    const auto* read = answer != nullptr ? std::get_if<Elements>(&answer->answer) : nullptr;
    return read != nullptr ? &read->elements : nullptr;
}

/// Notes when the inventory began; once more when the door was opened again meanwhile.
void note_inventory(Job& job, const door::Phase& phase, WallTime now) {
    if (std::holds_alternative<door::Open>(phase)) {
        job.inventory_began.reset();
        job.inventory_ended.reset();
    }
    const auto* scanning = std::get_if<door::Scanning>(&phase);
    const bool begins = scanning != nullptr && scanning->purpose == door::Purpose::inventory;
    if (begins && !job.inventory_began)
        job.inventory_began = now;
}

} // namespace

JobState LibraryEngine::job_state(door::Ending ending) {
    switch (ending) {
    case door::Ending::passed:
        return JobState::passed;
    case door::Ending::failed:
        return JobState::failed;
    case door::Ending::cancelled:
        return JobState::cancelled;
    }
    return JobState::failed;
}

/// One event on its way through the machine, with what its notices call for next.
struct LibraryEngine::DoorTurn {
    std::string job; ///< the active one when the event came; the last notice may end it
    const door::Event& event;
    const Now& now;
    std::vector<door::Event>& next;
};

door::Parameters LibraryEngine::door_parameters(const JobRequest& request) const {
    const auto& door = settings_.door;
    const std::chrono::seconds max_open{
        request.max_open_seconds.value_or(door.max_open_seconds.value)};
    door::Parameters parameters;
    parameters.library = library_name();
    parameters.inventory = request.inventory;
    parameters.inventory_method = settings_.inventory_method.value;
    parameters.max_open = max_open;
    parameters.unlock_timeout = std::chrono::seconds{door.unlock_timeout_seconds.value};
    parameters.quiet = std::chrono::seconds{door.quiet_seconds.value};
    parameters.kind = door.kind.value;
    parameters.lock_policy = door.lock_policy.value;
    parameters.lockable = door.lockable.value;
    parameters.lock_holds_door = door.lockable.value.value_or(false);
    parameters.reports_door = door.reports.value.value_or(true);
    parameters.barcode_reader = model_.has_barcodes();
    if (!info_)
        return parameters;
    parameters.lock_holds_door =
        door.lockable.value.value_or(info_->lock_holds_door.value_or(false));
    parameters.reports_door = door.reports.value.value_or(info_->reports_door.value_or(true));
    parameters.barcode_reader = info_->barcode_reader || model_.has_barcodes();
    parameters.empties_drives = info_->empties_drives;
    parameters.rescans = info_->rescans;
    parameters.how_to_open = info_->unlock_hint;
    parameters.family = info_->family;
    return parameters;
}

void LibraryEngine::start_door(Job& job, const Now& now) {
    machine_ = door::State{};
    machine_->context.parameters = door_parameters(job.request);
    machine_->context.door = door_.state;
    machine_->context.lock = door_.lock;
    if (cabinet_)
        machine_->context.parameters.foreign = cabinet_->foreign;
    take_part(job, true);
    merge_doors(now);
    feed_door(door::Started{}, now);
}

void LibraryEngine::start_unsolicited(const Now& now) {
    const auto evidence = *std::exchange(unsolicited_, std::nullopt);
    JobRequest request;
    request.operation = Operation::door;
    const auto parameters = door::unsolicited(door_parameters(request));
    request.inventory = parameters.inventory;
    request.max_open_seconds = static_cast<std::uint32_t>(parameters.max_open.count());
    auto& job = new_job(request, "daemon", now);
    job.started_at = now.wall;
    active_ = job.id;
    log(job, now, fmt::format("the door was opened without a request: {}", evidence));
    machine_ = door::State{};
    machine_->context.parameters = parameters;
    machine_->context.lock = door_.lock;
    take_part(job, true);
    find_open(evidence, now);
}

/// Starts the machine of the active job where the door stands open already.
void LibraryEngine::find_open(const std::string& evidence, const Now& now) {
    std::vector<door::Event> next;
    const door::Event event = door::Tick{};
    DoorTurn turn{*active_, event, now, next};
    take_door_step(door::found_open(*machine_, evidence, now), turn);
}

void LibraryEngine::feed_door(const door::Event& event, const Now& now) {
    std::vector<door::Event> events{event};
    for (std::size_t i = 0; i < events.size() && machine_; ++i) {
        const auto current = events[i]; // a copy: the list grows
        DoorTurn turn{*active_, current, now, events};
        take_door_step(door::step(*machine_, current, now), turn);
    }
}

void LibraryEngine::take_door_step(door::Step step, DoorTurn& turn) {
    auto& job = jobs_.at(turn.job);
    machine_ = std::move(step.next);
    const auto phase = door::phase_name(machine_->phase);
    const auto state = door::waiting(*machine_) ? JobState::waiting : JobState::running;
    if (job.phase != phase || job.state != state) {
        job.phase = phase;
        job.state = state;
        note_inventory(job, machine_->phase, turn.now.wall);
        step.record = true;
        refuse_connected_moves(turn.now);
    }
    if (step.record) {
        job.machine = door::to_json(*machine_);
        touch(job.id);
    }
    for (const auto& notice : step.notices)
        take_door_notice(notice, turn);
    for (auto& command : step.commands)
        dispatch(turn.job, std::move(command));
}

void LibraryEngine::take_door_notice(const door::Notice& notice, DoorTurn& turn) {
    const auto& now = turn.now;
    std::visit(
        Overload{
            [&](const door::RaiseRequest& raise) {
                take_door_request(jobs_.at(turn.job), raise, now);
            },
            [&](const door::EndRequest& end) { end_door_request(jobs_.at(turn.job), end, now); },
            [&](const door::DoorChanged& changed) {
                set_door(changed.state, changed.since);
                log(jobs_.at(turn.job),
                    now,
                    fmt::format("door {}: {}", name(changed.state), changed.why));
            },
            [&](const door::LockChanged& changed) { set_lock(changed.lock); },
            [&](const door::MarkStale& mark) {
                model_.mark_stale(now.wall, mark.since);
                dirty_.library = true;
                read_due_ = true;
                hint("elements", turn.job);
            },
            [&](const door::ElementsObserved&) {
                if (const auto* elements = elements_of(turn.event))
                    take_read(*elements, turn.job, now);
            },
            [&](const door::ElementsScanned&) {
                if (const auto* elements = elements_of(turn.event))
                    scanned_ = *elements;
            },
            [&](const door::Identify& order) {
                if (has_drives())
                    return identify_after_door(jobs_.at(turn.job), order, turn);
                log(jobs_.at(turn.job),
                    now,
                    "no drive at this daemon's disposal: labels are not read");
                turn.next.emplace_back(door::Identified{});
            },
            [&](const door::StopIdentifying&) {
                if (!examination_)
                    turn.next.emplace_back(door::Identified{});
                else if (std::holds_alternative<door::Identifying>(machine_->phase))
                    examination_->session.stop();
                else
                    drop_examination(); // the door is open, or was: it begins anew
            },
            [&](const door::Reconcile& order) {
                reconcile_after_door(order, now);
                turn.next.emplace_back(door::Reconciled{});
            },
            [&](const door::Log& line) { log(jobs_.at(turn.job), now, line.text); },
            [&](const door::Finished& finished) { finish_door(finished.outcome, now); },
        },
        notice);
}

void LibraryEngine::take_door_request(Job& job, const door::RaiseRequest& raise, const Now& now) {
    touch(job.id);
    job.operator_request = requests_.raise(
        {.type = std::string(door::name(raise.type)), .text = raise.text, .job = job.id}, now.wall);
}

void LibraryEngine::end_door_request(Job& job, const door::EndRequest& end, const Now& now) {
    touch(job.id);
    if (job.operator_request)
        requests_.end(*job.operator_request,
                      end.satisfied ? RequestState::satisfied : RequestState::withdrawn,
                      now.wall);
    job.operator_request.reset();
}

/// Has the cartridges looked at that the door job asks for. The elements are taken over before:
/// which cartridges there are, and which are new.
void LibraryEngine::identify_after_door(Job& job, const door::Identify& order, DoorTurn& turn) {
    const auto& now = turn.now;
    const auto outcome = take_read(scanned_, job.id, now);
    scanned_.clear();
    add_diff(job, "fast", outcome.diff);
    std::optional<std::set<scsi::ElementAddress>> only;
    if (!order.everything) {
        only.emplace();
        for (const auto& entry : outcome.diff)
            if (entry.to)
                only->insert(entry.to->address);
    }
    if (only && only->empty()) {
        log(job, now, "no slot was filled: no cartridge is looked at");
        turn.next.emplace_back(door::Identified{});
        return;
    }
    begin_examination(job, only, now);
}

void LibraryEngine::reconcile_after_door(const door::Reconcile& order, const Now& now) {
    auto& job = touch(*active_);
    library::Outcome outcome;
    if (!scanned_.empty()) // else they were taken over for the identification
        outcome = take_read(scanned_, job.id, now);
    for (const auto& status : scanned_) {
        const auto* element = model_.element(status.address);
        if (order.unsettled > 0 && element != nullptr && door::count_unsettled({status}) > 0)
            outcome.diff.push_back({library::DiffKind::unknown,
                                    element->barcode,
                                    std::nullopt,
                                    std::nullopt,
                                    element->reference()});
    }
    // What was not identified, whatever was asked for, was a look at the elements.
    std::string taken(library::name(order.inventory == library::InventoryMethod::none
                                        ? library::InventoryMethod::none
                                        : library::InventoryMethod::fast));
    if (job.result.is_object() && job.result.contains("examined"))
        taken = job.result["inventory"].get<std::string>();
    // The door of a cabinet may have been opened once more, when this library had been read.
    add_diff(job, taken, outcome.diff);
    job.inventory_ended = now.wall;
    scanned_.clear();
    requests_.end_all("find_cartridge", RequestState::satisfied, now.wall);
    hint("diff", job.id);
}

void LibraryEngine::on_door_answer(const DeviceCommand& command,
                                   const DeviceAnswer& answer,
                                   const Now& now) {
    if (examination_) {
        feed_door(door::Attention{answer.unit_attentions}, now);
        if (examination_)
            return on_carry_answer(command, answer, now);
    }
    const auto* move = std::get_if<MoveMedium>(&command);
    const auto* moved = std::get_if<Moved>(&answer.answer);
    if (move != nullptr && moved != nullptr) {
        if (moved->verdict == MoveVerdict::done)
            apply(library::infer_move(model_, move->source, move->destination, now.wall, *active_));
        take_seen(moved->seen, *active_, now);
    }
    feed_door(answer, now);
}

void LibraryEngine::finish_door(const door::Outcome& outcome, const Now& now) {
    const auto id = *active_;
    const auto state = job_state(outcome.ending);
    auto& job = jobs_.at(id);
    if (done_)
        return finish_part(outcome, now);
    for (const auto& member : members(id)) {
        auto& other = jobs_.at(member);
        other.result = job.result;
        finish(other, state, outcome.error, now);
    }
    finish_with_requests(job, state, outcome.error, now);
}

void LibraryEngine::finish_with_requests(Job& job,
                                         JobState state,
                                         const std::optional<Error>& error,
                                         const Now& now) {
    // A request for service outlives the job: somebody has to look at the library.
    const auto pending = job.operator_request;
    const auto* asked = pending ? request(*pending) : nullptr;
    if (asked != nullptr && asked->type != door::name(door::RequestType::service)) {
        requests_.end(*pending, RequestState::withdrawn, now.wall);
        job.operator_request.reset();
    }
    finish(job, state, error, now);
}

} // namespace changer::jobs
