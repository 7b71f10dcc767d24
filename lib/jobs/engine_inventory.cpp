// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/evidence.hpp"
#include "jobs/engine.hpp"
#include "library/diff.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// The inventory job: rescan where the library needs it, read everything, reconcile.

namespace changer::jobs {

namespace {

constexpr std::chrono::minutes read_patience{15}; ///< for a library that is not ready, or gone
constexpr std::chrono::seconds retry_interval{2};

/// Errors that pass by themselves: becoming ready, a unit attention, busy, a lost connection.
bool passing(const Error& error) {
    if (error.sense)
        return error.sense->key == 0x2 || error.sense->key == 0x6;
    return error.code == Code::device_busy || error.code == Code::transport_failed ||
           error.code == Code::command_timeout;
}

} // namespace

/// Whether every cartridge is to be looked at by a drive.
bool LibraryEngine::wants_labels(const Job& job) const {
    return job.request.operation == Operation::identify ||
           job.request.inventory == InventoryAction::full || !job.bays.is_null() ||
           (job.request.inventory == InventoryAction::by_default &&
            settings_.inventory_method.value == library::InventoryMethod::full);
}

/// Looks at one cartridge.
void LibraryEngine::begin_identify(Job& job, const Now& now) {
    const auto place = library::find_place(model_, *job.request.source, scsi::ElementType::storage);
    if (!place)
        return finish(job, JobState::failed, place.error(), now);
    const auto* element = model_.element(place->address);
    if (job.bays.is_null() && (element->type != scsi::ElementType::storage || !element->media))
        return finish(job,
                      JobState::failed,
                      Error{Code::source_empty,
                            fmt::format("{} is not a slot with a cartridge in it",
                                        library::place_name(element->reference()))},
                      now);
    begin_examination(job, std::set{place->address}, now);
}

/// Adds what was found to the result of a job.
void LibraryEngine::add_diff(Job& job, std::string_view inventory, const library::Diff& found) {
    const auto diff = library::to_json(found);
    if (!job.result.is_object())
        job.result = {{"inventory", inventory}, {"diff", nlohmann::json::array()}};
    job.result["inventory"] = inventory;
    auto& all = job.result["diff"];
    all.insert(all.end(), diff.begin(), diff.end());
}

void LibraryEngine::start_inventory(Job& job, const Now& now) {
    if (!has_drives() && wants_labels(job))
        log(job, now, "no drive at this daemon's disposal: labels are not read");
    give_up_at_ = now.steady + read_patience;
    rescanned_ = !(info_ && info_->rescans);
    job.phase = "scanning";
    continue_inventory(job, now);
}

void LibraryEngine::continue_inventory(Job& job, const Now& now) {
    if (in_flight_ || (retry_at_ && now.steady < *retry_at_))
        return;
    if (give_up_at_ && now.steady >= *give_up_at_) {
        const auto code = online_ ? Code::device_not_available : Code::library_offline;
        const auto what = online_ ? std::string("the library did not become ready in 15 minutes")
                                  : "the library is gone: " + offline_detail_;
        return finish(job, JobState::failed, Error{code, what}, now);
    }
    if (!online_)
        return;
    retry_at_.reset();
    if (rescanned_)
        dispatch(job.id, ReadElements{});
    else
        dispatch(job.id, Rescan{});
}

void LibraryEngine::on_inventory_answer(Job& job,
                                        const DeviceCommand& command,
                                        const DeviceAnswer& answer,
                                        const Now& now) {
    if (examination_ && examination_->job == job.id)
        return on_carry_answer(command, answer, now);
    const auto* read = std::get_if<Elements>(&answer.answer);
    if (read != nullptr) {
        const auto outcome = take_read(read->elements, job.id, now);
        add_diff(job, "fast", outcome.diff);
        hint("diff", job.id);
    }
    if (job.cancel_requested)
        return finish(job, JobState::cancelled, cancelled_error(job), now);
    if (read != nullptr)
        requests_.end_all("find_cartridge", RequestState::satisfied, now.wall);
    if (read != nullptr && job.request.operation == Operation::identify)
        return begin_identify(job, now);
    if (read != nullptr && wants_labels(job) && has_drives())
        return begin_examination(job, std::nullopt, now);
    if (read != nullptr)
        return finish(job, JobState::passed, std::nullopt, now);
    const auto* failed = std::get_if<DeviceFailed>(&answer.answer);
    if (failed == nullptr) {
        rescanned_ = rescanned_ || std::holds_alternative<Rescan>(command);
        return continue_inventory(job, now);
    }
    if (unsolicited_)
        return finish(
            job,
            JobState::failed,
            Error{Code::door_open,
                  fmt::format("{}; close the door, then the library is read again", *unsolicited_),
                  failed->error.sense,
                  failed->error.sense_raw},
            now);
    if (!passing(failed->error))
        return finish(job, JobState::failed, Error(failed->error).in("inventory"), now);
    retry_at_ = now.steady + retry_interval;
    if (job.state == JobState::running) {
        job.state = JobState::waiting;
        log(job, now, fmt::format("waits for the library: {}", to_string(failed->error)));
    }
}

} // namespace changer::jobs
