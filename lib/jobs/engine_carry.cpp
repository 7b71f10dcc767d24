// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "jobs/move_plan.hpp"
#include "library/numbering.hpp"
#include "library/reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// What the arm does for a full inventory: one move at a time, written down before it is sent. Where
// the answer does not tell what became of it, the elements do.

namespace changer::jobs {

namespace {

using on_media::Carry;
using scsi::ElementAddress;
using scsi::ElementType;

const scsi::ElementStatus* status_of(const std::vector<scsi::ElementStatus>& elements,
                                     ElementAddress address) {
    const auto found = std::find_if(elements.begin(), elements.end(), [&](const auto& status) {
        return status.address == address;
    });
    return found == elements.end() ? nullptr : &*found;
}

} // namespace

void LibraryEngine::start_carry(const Carry& carry, const Now& now) {
    auto& examination = *examination_;
    auto& job = jobs_.at(examination.job);
    examination.session.begin(carry);
    examination.carry = carry;
    const auto slot = carry.way == Carry::Way::home ? slot_of(carry.visit) : carry.visit.home;
    if (!slot)
        return end_carry( // it stays in the drive
            MoveVerdict::refused_before,
            Error{Code::destination_full, "its slot was filled meanwhile, and no other is empty"},
            now);
    const bool home = carry.way == Carry::Way::home;
    move_carried(job, home ? carry.drive : *slot, home ? *slot : carry.drive);
}

/// Writes a move of the inventory down, with what is in the drives, and has it sent.
void LibraryEngine::move_carried(Job& job, ElementAddress source, ElementAddress destination) {
    const auto barcode = provable_barcode(model_, {source, std::nullopt});
    job.planned_move = PlannedMove{source, destination, barcode, true};
    note_bays(job);
    dispatch(job.id, MoveMedium{source, destination, barcode});
}

/// Where a cartridge goes home to: its slot, or another that is empty and nobody's home.
std::optional<ElementAddress> LibraryEngine::slot_of(const on_media::Visit& visit) const {
    if (is_free(model_.element(visit.home)))
        return visit.home;
    std::set<ElementAddress> claimed;
    for (const auto& [address, bay] : examination_->session.bays())
        if (bay.visit)
            claimed.insert(bay.visit->home);
    for (const auto& [address, element] : model_.elements())
        if (element.type == ElementType::storage && is_free(&element) && !claimed.count(address))
            return address;
    return std::nullopt;
}

/// Takes in what the arm answered to a move of the inventory.
void LibraryEngine::on_carry_answer(const DeviceCommand& command,
                                    const DeviceAnswer& answer,
                                    const Now& now) {
    auto& examination = *examination_;
    const auto& job = examination.job;
    if (const auto* read = std::get_if<Elements>(&answer.answer)) {
        take_read(read->elements, job, now);
        examination.unsettled = false;
        return examination.carry ? judge_carry(now) : examine(now);
    }
    if (const auto* removal = std::get_if<Removal>(&answer.answer)) {
        take_removal(*removal, command);
        return examine(now);
    }
    if (examination.refusal)
        return after_refusal(now);
    const auto* moved = std::get_if<Moved>(&answer.answer);
    if (moved == nullptr || moved->verdict == MoveVerdict::unknown) {
        if (moved != nullptr)
            take_seen(moved->seen, job, now);
        if (const auto* failed = std::get_if<DeviceFailed>(&answer.answer))
            move_error_ = failed->error;
        examination.unsettled = true;
        examination.look_at = now.steady + verdict_retry_interval;
        return;
    }
    const auto plan = jobs_.at(job).planned_move;
    if (moved->verdict == MoveVerdict::done && plan)
        apply(library::infer_move(model_, plan->source, plan->destination, now.wall, job));
    take_seen(moved->seen, job, now);
    end_carry(moved->verdict, moved->error.value_or(Error{Code::failed, "it was not moved"}), now);
}

/// Reads the elements until they tell where the cartridge is.
void LibraryEngine::look_for_carry(const Now& now) {
    auto& examination = *examination_;
    if (examination.look_at && now.steady < *examination.look_at)
        return;
    examination.look_at = now.steady + verdict_retry_interval;
    dispatch(examination.job, ReadElements{});
}

/// The elements have been read: tells from them what became of a move.
void LibraryEngine::judge_carry(const Now& now) {
    const auto& carry = *examination_->carry;
    const auto* record = model_.media(carry.visit.media);
    const auto at = record != nullptr ? record->location : std::nullopt;
    const bool home = carry.way == Carry::Way::home;
    const auto error =
        move_error_.value_or(Error{Code::failed, "the cartridge is still where it was"});
    const auto* element = at ? model_.element(*at) : nullptr;
    if (element == nullptr)
        return end_carry(MoveVerdict::unknown, error, now);
    if (element->type == ElementType::transport)
        return end_carry(MoveVerdict::in_arm, error, now);
    const bool in_drive = at == carry.drive;
    end_carry(in_drive != home ? MoveVerdict::done : MoveVerdict::not_done, error, now);
}

/// The arm is free again, and where the cartridge is is known, or that it is not.
void LibraryEngine::end_carry(MoveVerdict verdict, const Error& error, const Now& now) {
    auto& examination = *examination_;
    auto& job = jobs_.at(examination.job);
    const auto carry = *std::exchange(examination.carry, std::nullopt);
    job.planned_move.reset();
    move_error_.reset();
    const bool from_arm = std::exchange(examination.from_arm, false);
    if (verdict == MoveVerdict::in_arm && !from_arm) {
        log(job, now, fmt::format("{} hangs in the arm: {}", name_of(carry.visit), error.what));
        examination.arm_error = error;
        return out_of_arm(carry, now);
    }
    if (verdict != MoveVerdict::done)
        log(job,
            now,
            fmt::format("{} was not moved between {} and {}: {}",
                        name_of(carry.visit),
                        library::place_name(model_, carry.visit.home),
                        library::place_name(model_, carry.drive),
                        error.what));
    if (verdict == MoveVerdict::in_arm || verdict == MoveVerdict::unknown)
        return break_off(carry, verdict, error, now);
    if (error.code == Code::medium_not_accessible && !machine_) {
        examination.carry = carry;
        examination.refusal = error;
        return dispatch(job.id, TestReady{}); // which tells whether the door is open
    }
    const auto stopped = std::exchange(examination.arm_error, std::nullopt);
    if (verdict == MoveVerdict::done && from_arm && carry.way == Carry::Way::to_drive)
        examination.session.not_carried(carry, stopped.value_or(error)); // but it is home
    else if (verdict == MoveVerdict::done)
        examination.session.carried(carry);
    else
        examination.session.not_carried(carry, error);
    note_bays(job);
    examine(now);
}

/// The library was asked whether its door is open, after it refused to reach into a slot.
void LibraryEngine::after_refusal(const Now& now) {
    auto& examination = *examination_;
    const auto error = *std::exchange(examination.refusal, std::nullopt);
    const auto carry = *std::exchange(examination.carry, std::nullopt);
    if (unsolicited_)
        return; // the door it is: everything waits until it is closed
    examination.session.not_carried(carry, error);
    note_bays(jobs_.at(examination.job));
    examine(now);
}

std::string LibraryEngine::name_of(const on_media::Visit& visit) const {
    return visit.barcode.value_or("the cartridge of " + library::place_name(model_, visit.home));
}

/// Brings home what the arm did not let go of.
void LibraryEngine::out_of_arm(const Carry& carry, const Now& now) {
    auto& examination = *examination_;
    auto& job = jobs_.at(examination.job);
    const auto arm = on_media::arm_with(model_, carry.visit.media);
    const auto slot = slot_of(carry.visit);
    if (!arm || !slot)
        return break_off(
            carry, MoveVerdict::in_arm, {Code::cartridge_in_arm, "it hangs in the arm"}, now);
    examination.carry = carry;
    examination.from_arm = true;
    move_carried(job, *arm, *slot);
}

/// Nothing can be carried any more: what is in drives stays there for whoever clears the arm.
void LibraryEngine::break_off(const Carry& carry,
                              MoveVerdict verdict,
                              const Error& error,
                              const Now& now) {
    auto& job = jobs_.at(examination_->job);
    examination_->session.lost(carry, error);
    const bool in_arm = verdict == MoveVerdict::in_arm;
    Error why{in_arm ? Code::cartridge_in_arm : Code::move_unknown,
              fmt::format("{} {}: {}",
                          name_of(carry.visit),
                          in_arm ? "hangs in the arm" : "is in no element that could be read",
                          error.what),
              error.sense,
              error.sense_raw};
    conclude_examination(job, std::move(why), now);
}

/// Takes an earlier move into account whose answer nobody has seen, before these elements are
/// reconciled: without barcodes they alone would say that one cartridge went and another one came.
void LibraryEngine::settle_carry(const std::vector<scsi::ElementStatus>& elements, const Now& now) {
    for (auto& [id, job] : jobs_) {
        if (job.bays.is_null() || !job.planned_move || job.finished())
            continue;
        const auto plan = *job.planned_move;
        const auto* source = status_of(elements, plan.source);
        const auto is_full = [&](const scsi::ElementStatus* status) {
            return status != nullptr &&
                   library::reading_of(*status).content == library::Content::full;
        };
        touch(id).planned_move.reset();
        if (source == nullptr || library::reading_of(*source).content != library::Content::empty)
            continue;
        if (is_full(status_of(elements, plan.destination))) {
            apply(library::infer_move(model_, plan.source, plan.destination, now.wall, id));
            continue;
        }
        const auto arm = std::find_if(elements.begin(), elements.end(), [&](const auto& status) {
            return status.type == ElementType::transport && is_full(&status);
        });
        if (arm != elements.end())
            apply(library::infer_move(model_, plan.source, arm->address, now.wall, id));
    }
}

} // namespace changer::jobs
