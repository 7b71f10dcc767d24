// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// Two cartridges that change places, step by step, each in the journal before it is sent; and the
// arm sent in front of an element.

namespace changer::jobs {

namespace {

using Json = nlohmann::json;

Error exchange_error(ExchangeVerdict verdict) {
    switch (verdict) {
    case ExchangeVerdict::not_done:
        return {Code::failed, "both cartridges are still where they were"};
    case ExchangeVerdict::refused_before:
        return {Code::failed, "the exchange was refused before anything moved"};
    case ExchangeVerdict::partly_done:
        return {Code::failed, "not both cartridges are where they were to go"};
    case ExchangeVerdict::in_arm:
        return {Code::cartridge_in_arm,
                "a cartridge hangs in the arm: move it out of arm:1, or call service"};
    case ExchangeVerdict::done:
    case ExchangeVerdict::unknown:
        break;
    }
    return {Code::move_unknown,
            "the elements do not tell where the cartridges are: look into the library, then take "
            "an inventory"};
}

Json reference(const library::Model& model, scsi::ElementAddress address) {
    const auto* element = model.element(address);
    return element != nullptr ? library::to_json(element->reference()) : Json();
}

Json step_view(const library::Model& model, const ExchangeStep& step, std::string_view state) {
    return {{"operation", name(step.kind)},
            {"source", reference(model, step.source)},
            {"destination", reference(model, step.destination)},
            {"second_destination",
             step.second_destination ? reference(model, *step.second_destination) : Json()},
            {"barcode", step.barcode ? Json(*step.barcode) : Json()},
            {"state", state}};
}

/// Every step with what became of it, those that were never begun too.
Json steps_view(const library::Model& model, const PlannedExchange& exchange) {
    auto steps = Json::array();
    for (const auto& step : exchange.steps)
        steps.push_back(step_view(model, step, name(step.verdict.value_or(MoveVerdict::unknown))));
    for (const auto& step : steps_not_run(exchange))
        steps.push_back(step_view(model, step, "not_run"));
    return steps;
}

std::string sentence(const library::Model& model, const ExchangeStep& step) {
    std::string text = fmt::format("{} from {} to {}",
                                   step.barcode.value_or("the cartridge"),
                                   library::place_name(model, step.source),
                                   library::place_name(model, step.destination));
    if (!step.second_destination)
        return text;
    return fmt::format(
        "{}, what is there to {}", text, library::place_name(model, *step.second_destination));
}

/// What a reader of the error must know besides: how far it went, and what was not done.
std::string how_far(const library::Model& model, const PlannedExchange& exchange) {
    std::string text;
    for (const auto& step : exchange.steps)
        if (step.kind == ExchangeStep::Kind::move && step.verdict == MoveVerdict::done)
            text += fmt::format("; done: {}", sentence(model, step));
    for (const auto& step : steps_not_run(exchange))
        text += fmt::format("; not run: {}", sentence(model, step));
    return text;
}

} // namespace

void LibraryEngine::start_exchange(Job& job, const Now& now) {
    auto order = plan_exchange(model_, job.request);
    if (!order)
        return finish(job, JobState::failed, std::move(order).error(), now);
    job.planned_exchange = PlannedExchange{*order};
    job.phase = "exchanging";
    log(job,
        now,
        fmt::format("exchanges {} in {} with {} in {}",
                    order->first_barcode.value_or("the cartridge"),
                    library::place_name(model_, order->first),
                    order->second_barcode.value_or("the one"),
                    library::place_name(model_, order->second)));
    dispatch(job.id, *order);
}

Result<void> LibraryEngine::exchange_step(const std::string& id,
                                          std::uint64_t step,
                                          const ExchangeStep& told,
                                          std::size_t index,
                                          const Now& now,
                                          Effects& effects) {
    const auto found = jobs_.find(id);
    const bool waited_for = in_flight_ && in_flight_->step == step && active_ == id &&
                            found != jobs_.end() && found->second.planned_exchange;
    if (!waited_for)
        return Error{Code::interrupted, "nobody waits for this exchange any more"};
    auto& steps = found->second.planned_exchange->steps;
    if (index > steps.size())
        return Error{Code::failed, "a step of the exchange was left out"};
    if (index == steps.size())
        steps.push_back(told);
    else
        steps[index] = told;
    if (!told.verdict)
        log(found->second, now, fmt::format("step {}: {}", index + 1, sentence(model_, told)));
    else if (told.kind == ExchangeStep::Kind::move && *told.verdict == MoveVerdict::done)
        apply(library::infer_move(model_, told.source, told.destination, now.wall, id));
    touch(id);
    effects = flush();
    return {};
}

void LibraryEngine::on_exchange_answer(Job& job,
                                       const DeviceCommand& command,
                                       const DeviceAnswer& answer,
                                       const Now& now) {
    const bool first = std::holds_alternative<ExchangeMedia>(command);
    if (const auto* moved = std::get_if<Moved>(&answer.answer))
        return judge_step(job, *moved, now);
    if (const auto* exchanged = std::get_if<Exchanged>(&answer.answer))
        return first ? take_exchanged(job, *exchanged, now) : judge_exchange(job, *exchanged, now);
    const auto* failed = std::get_if<DeviceFailed>(&answer.answer);
    if (first)
        return await_verdict(
            job, failed != nullptr ? std::optional(failed->error) : std::nullopt, now);
    look_again(now);
}

void LibraryEngine::take_exchanged(Job& job, const Exchanged& exchanged, const Now& now) {
    auto& plan = *job.planned_exchange;
    auto sent = exchanged.steps;
    std::erase_if(sent, [](const ExchangeStep& step) { return !step.verdict; });
    if (!sent.empty())
        plan.steps = std::move(sent);
    if (exchanged.verdict == ExchangeVerdict::unknown) {
        take_seen(exchanged.seen, job.id, now);
        return await_verdict(job, exchanged.error, now);
    }
    if (!exchanged.note.empty())
        log(job, now, exchanged.note);
    if (exchanged.verdict == ExchangeVerdict::done) {
        take_over_exchange(job, now);
        take_seen(exchanged.seen, job.id, now);
        return pass_exchange(job, now);
    }
    take_seen(exchanged.seen, job.id, now);
    fail_exchange(job, exchanged.error.value_or(exchange_error(exchanged.verdict)), now);
}

/// An exchange in one command is over: the model follows. Single moves were followed as they came.
void LibraryEngine::take_over_exchange(const Job& job, const Now& now) {
    const auto& plan = *job.planned_exchange;
    const bool moved_singly =
        !plan.steps.empty() && plan.steps.back().kind == ExchangeStep::Kind::move;
    if (!moved_singly)
        apply(library::infer_exchange(
            model_, {plan.order.first, plan.order.second, plan.order.third}, now.wall, job.id));
}

void LibraryEngine::pass_exchange(Job& job, const Now& now) {
    const auto& plan = *job.planned_exchange;
    const auto barcode = [&](scsi::ElementAddress at, const std::optional<std::string>& planned) {
        const auto* element = model_.element(at);
        const auto known = element != nullptr && element->barcode ? element->barcode : planned;
        return known ? Json(*known) : Json();
    };
    job.result = {{"source", reference(model_, plan.order.first)},
                  {"destination", reference(model_, plan.order.second)},
                  {"second_destination", reference(model_, plan.order.third)},
                  {"barcode", barcode(plan.order.second, plan.order.first_barcode)},
                  {"second_barcode", barcode(plan.order.third, plan.order.second_barcode)},
                  {"steps", steps_view(model_, plan)}};
    finish(job, JobState::passed, std::nullopt, now);
}

void LibraryEngine::fail_exchange(Job& job, Error error, const Now& now) {
    const auto& plan = *job.planned_exchange;
    error.what += how_far(model_, plan);
    job.result = {{"steps", steps_view(model_, plan)}};
    read_due_ = true;
    finish(job, JobState::failed, std::move(error), now);
}

/// What is asked about the step that may have happened or not.
DeviceCommand LibraryEngine::verification_of(const PlannedExchange& exchange) const {
    const auto& last = exchange.steps.back();
    if (last.kind == ExchangeStep::Kind::move)
        return VerifyMove{{last.source, last.destination, last.barcode}};
    return VerifyExchange{exchange.order};
}

void LibraryEngine::judge_step(Job& job, const Moved& moved, const Now& now) {
    if (moved.verdict == MoveVerdict::unknown && moved.seen.empty())
        return look_again(now);
    auto& step = job.planned_exchange->steps.back();
    step.verdict = moved.verdict;
    if (moved.verdict == MoveVerdict::done)
        apply(library::infer_move(model_, step.source, step.destination, now.wall, job.id));
    take_seen(moved.seen, job.id, now);
    conclude_exchange(job, now);
}

void LibraryEngine::judge_exchange(Job& job, const Exchanged& exchanged, const Now& now) {
    if (exchanged.verdict == ExchangeVerdict::unknown && exchanged.seen.empty())
        return look_again(now);
    auto& step = job.planned_exchange->steps.back();
    switch (exchanged.verdict) {
    case ExchangeVerdict::done:
        step.verdict = MoveVerdict::done;
        take_over_exchange(job, now);
        take_seen(exchanged.seen, job.id, now);
        return conclude_exchange(job, now);
    case ExchangeVerdict::not_done:
    case ExchangeVerdict::refused_before:
        step.verdict = MoveVerdict::not_done;
        break;
    case ExchangeVerdict::in_arm:
        step.verdict = MoveVerdict::in_arm;
        break;
    case ExchangeVerdict::partly_done:
    case ExchangeVerdict::unknown:
        step.verdict = MoveVerdict::unknown;
        break;
    }
    take_seen(exchanged.seen, job.id, now);
    fail_exchange(job, after_interruption(exchange_error(exchanged.verdict), "exchange"), now);
}

/// The answer was lost, and every step that was told has its verdict: what was not begun stays
/// undone.
void LibraryEngine::conclude_exchange(Job& job, const Now& now) {
    const auto& steps = job.planned_exchange->steps;
    const auto is = [](MoveVerdict verdict) {
        return [verdict](const ExchangeStep& step) { return step.verdict == verdict; };
    };
    const bool all_told = !steps.empty() && steps_not_run(*job.planned_exchange).empty();
    if (all_told && steps.back().verdict == MoveVerdict::done)
        return pass_exchange(job, now);
    auto verdict = ExchangeVerdict::not_done;
    if (std::any_of(steps.begin(), steps.end(), is(MoveVerdict::done)))
        verdict = ExchangeVerdict::partly_done;
    if (std::any_of(steps.begin(), steps.end(), is(MoveVerdict::in_arm)))
        verdict = ExchangeVerdict::in_arm;
    else if (std::any_of(steps.begin(), steps.end(), is(MoveVerdict::unknown)))
        verdict = ExchangeVerdict::unknown;
    fail_exchange(job, after_interruption(exchange_error(verdict), "exchange"), now);
}

void LibraryEngine::start_position(Job& job, const Now& now) {
    const auto place = library::find_place(
        model_, job.request.destination.value_or(""), scsi::ElementType::storage);
    if (!place)
        return finish(job, JobState::failed, place.error(), now);
    job.phase = "positioning";
    job.result = {{"destination", reference(model_, place->address)}};
    log(job, now, fmt::format("sends the arm to {}", library::place_name(model_, place->address)));
    dispatch(job.id, PositionArm{place->address});
}

void LibraryEngine::on_position_answer(Job& job, const DeviceAnswer& answer, const Now& now) {
    if (const auto* failed = std::get_if<DeviceFailed>(&answer.answer))
        return finish(job, JobState::failed, failed->error, now);
    finish(job, JobState::passed, std::nullopt, now);
}

} // namespace changer::jobs
