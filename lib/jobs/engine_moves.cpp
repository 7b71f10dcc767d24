// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "jobs/move_plan.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// Load, unload and move: one MOVE each, never sent twice; the elements tell the verdict. And what
// all jobs share that move cartridges: how a verdict is had when the answer was lost.

namespace changer::jobs {

namespace {

constexpr std::chrono::minutes patience{15}; ///< for elements that tell where a cartridge is

Error move_error(MoveVerdict verdict) {
    switch (verdict) {
    case MoveVerdict::not_done:
        return {Code::failed, "the cartridge is still where it was"};
    case MoveVerdict::in_arm:
        return {Code::cartridge_in_arm,
                "the cartridge hangs in the arm: move it out of arm:1, or call service"};
    case MoveVerdict::refused_before:
        return {Code::failed, "the move was refused before anything moved"};
    case MoveVerdict::done:
    case MoveVerdict::unknown:
        break;
    }
    return {Code::move_unknown,
            "the elements do not tell where the cartridge is: look into the library, then take an "
            "inventory"};
}

} // namespace

void LibraryEngine::start_move(Job& job, const Now& now) {
    auto plan = plan_move(model_, job.request, out_of_use_, held_drives());
    if (!plan)
        return finish(job, JobState::failed, std::move(plan).error(), now);
    job.planned_move = *plan;
    job.planned_move->started = true;
    job.phase = "moving";
    log(job,
        now,
        fmt::format("moves {} from {} to {}",
                    plan->barcode.value_or("the cartridge"),
                    library::place_name(model_, plan->source),
                    library::place_name(model_, plan->destination)));
    dispatch(job.id, MoveMedium{plan->source, plan->destination, plan->barcode});
}

void LibraryEngine::on_move_answer(Job& job,
                                   const DeviceCommand& command,
                                   const DeviceAnswer& answer,
                                   const Now& now) {
    const bool verified = std::holds_alternative<VerifyMove>(command);
    const auto* moved = std::get_if<Moved>(&answer.answer);
    if (moved != nullptr)
        return verified ? judge_move(job, *moved, now) : take_moved(job, *moved, now);
    const auto* failed = std::get_if<DeviceFailed>(&answer.answer);
    if (!verified)
        return await_verdict(
            job, failed != nullptr ? std::optional(failed->error) : std::nullopt, now);
    look_again(now);
}

void LibraryEngine::take_moved(Job& job, const Moved& moved, const Now& now) {
    if (moved.verdict == MoveVerdict::unknown) {
        take_seen(moved.seen, job.id, now);
        return await_verdict(job, moved.error, now);
    }
    if (moved.verdict != MoveVerdict::done) {
        take_seen(moved.seen, job.id, now);
        return finish(job, JobState::failed, moved.error.value_or(move_error(moved.verdict)), now);
    }
    apply(library::infer_move(
        model_, job.planned_move->source, job.planned_move->destination, now.wall, job.id));
    take_seen(moved.seen, job.id, now);
    pass_move(job, now);
}

void LibraryEngine::pass_move(Job& job, const Now& now) {
    const auto reference = [&](scsi::ElementAddress address) {
        const auto* element = model_.element(address);
        return element != nullptr ? library::to_json(element->reference()) : nlohmann::json();
    };
    const auto* destination = model_.element(job.planned_move->destination);
    const auto barcode = destination != nullptr && destination->barcode ? destination->barcode
                                                                        : job.planned_move->barcode;
    job.result = {{"source", reference(job.planned_move->source)},
                  {"destination", reference(job.planned_move->destination)},
                  {"barcode", barcode ? nlohmann::json(*barcode) : nlohmann::json()}};
    finish(job, JobState::passed, std::nullopt, now);
}

/// The move's answer was lost, or did not tell: the elements are read until they do.
void LibraryEngine::await_verdict(Job& job, std::optional<Error> error, const Now& now) {
    job.state = JobState::waiting;
    job.phase = "verifying";
    move_error_ = std::move(error);
    give_up_at_ = now.steady + patience;
    retry_at_.reset();
    log(job,
        now,
        fmt::format("where the cartridge is has to be read from the elements: {}",
                    move_error_ ? to_string(*move_error_) : "the move's answer is not known"));
    continue_verdict(job, now);
}

void LibraryEngine::continue_verdict(Job& job, const Now& now) {
    if (in_flight_ || job.phase != "verifying")
        return;
    if (job.planned_exchange && !job.planned_exchange->undecided())
        return conclude_exchange(job, now); // what was told is all that happened
    if (retry_at_ && now.steady < *retry_at_)
        return;
    if (give_up_at_ && now.steady >= *give_up_at_) {
        auto error = move_error_.value_or(move_error(MoveVerdict::unknown)).in("verify");
        if (job.planned_exchange)
            return fail_exchange(job, std::move(error), now);
        return finish(job, JobState::failed, std::move(error), now);
    }
    if (!online_)
        return;
    retry_at_.reset();
    if (job.planned_exchange)
        return dispatch(job.id, verification_of(*job.planned_exchange));
    const auto& plan = *job.planned_move;
    dispatch(job.id, VerifyMove{{plan.source, plan.destination, plan.barcode}});
}

/// The library could not be asked: it is asked again in a while.
void LibraryEngine::look_again(const Now& now) {
    retry_at_ = now.steady + verdict_retry_interval;
}

void LibraryEngine::judge_move(Job& job, const Moved& moved, const Now& now) {
    if (moved.verdict == MoveVerdict::unknown && moved.seen.empty())
        return look_again(now);
    const auto& plan = *job.planned_move;
    if (moved.verdict == MoveVerdict::done)
        apply(library::infer_move(model_, plan.source, plan.destination, now.wall, job.id));
    take_seen(moved.seen, job.id, now);
    read_due_ = true;
    if (moved.verdict == MoveVerdict::done)
        return pass_move(job, now);
    const auto found = move_error(moved.verdict);
    finish(job, JobState::failed, after_interruption(found, "move"), now);
    if (moved.verdict == MoveVerdict::in_arm && job.error->code != found.code)
        requests_.raise({.type = "clear_arm",
                         .text = fmt::format("library {}: {}", library_name(), found.what),
                         .job = job.id},
                        now.wall);
}

/// Puts before a verdict why it had to be read from the elements.
Error LibraryEngine::after_interruption(Error verdict, std::string_view what) const {
    if (move_error_) // it was this daemon that saw it fail: that is the reason
        return Error{move_error_->code,
                     fmt::format("{}; {}", move_error_->what, verdict.what),
                     move_error_->sense,
                     move_error_->sense_raw};
    return Error{Code::interrupted,
                 fmt::format("the daemon was restarted during the {}; {}", what, verdict.what)};
}

} // namespace changer::jobs
