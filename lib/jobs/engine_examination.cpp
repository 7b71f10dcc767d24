// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "jobs/move_plan.hpp"
#include "library/findings.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// The full inventory: cartridges are brought to the drives, and home again. Which, and in what
// order, says the session; here it is carried out, and written down before.

namespace changer::jobs {

namespace {

using library::Identification;
using on_media::Carry;
using scsi::ElementAddress;
using scsi::ElementType;

constexpr std::chrono::minutes drive_patience{15}; ///< without any drive
constexpr std::chrono::minutes drive_retry{1};
constexpr std::chrono::minutes lending{10}; ///< how long a reserved drive stays free after a load
constexpr std::size_t most_told = 100;      ///< failures in a job's result

nlohmann::json failure_to_json(const library::Model& model, const on_media::Failure& failure) {
    const auto* home = model.element(failure.visit.home);
    return {{"barcode",
             failure.visit.barcode ? nlohmann::json(*failure.visit.barcode) : nlohmann::json()},
            {"media", failure.visit.media},
            {"element", home != nullptr ? library::to_json(home->reference()) : nlohmann::json()},
            {"error", to_json(failure.error)}};
}

} // namespace

bool LibraryEngine::has_drives() const {
    return std::any_of(drives_.begin(), drives_.end(), [&](const DriveReach& drive) {
        return drive.barred.empty() && !out_of_use_.holds_drive(drive.address);
    });
}

Effects LibraryEngine::drives_found(std::vector<DriveReach> drives, const Now& now) {
    if (drives == drives_)
        return {};
    drives_ = std::move(drives);
    if (examination_)
        examination_->session.set_drives(drives_);
    hint("elements");
    examine(now);
    return flush();
}

/// The cartridges in slots that are to be looked at: all of them, or those in these slots.
std::deque<on_media::Visit> LibraryEngine::visits(
    const Job& job, const std::optional<std::set<ElementAddress>>& only, const Now& now) {
    std::deque<on_media::Visit> list;
    for (const auto& [address, element] : model_.elements()) {
        if (element.type != ElementType::storage || !element.media ||
            (only && !only->count(address)))
            continue;
        const auto* record = model_.media(*element.media);
        if (record == nullptr || record->cleaner || out_of_use_.holds_medium(record->id))
            continue;
        if (record->finding && record->finding->by == job.id)
            continue; // looked at before the daemon was restarted
        const bool readable =
            std::any_of(drives_.begin(), drives_.end(), [&](const DriveReach& drive) {
                return on_media::can_read(drive, record->barcode);
            });
        if (readable) {
            list.push_back({record->id, address, record->barcode});
            continue;
        }
        Identification found;
        found.outcome = Identification::Outcome::incompatible;
        found.text = "no drive of this library reads this kind of cartridge";
        take_finding(job, record->id, std::move(found), now);
    }
    return list;
}

void LibraryEngine::begin_examination(Job& job,
                                      const std::optional<std::set<ElementAddress>>& only,
                                      const Now& now) {
    auto left =
        on_media::Session::bays_from_json(job.bays.is_null() ? nlohmann::json::array() : job.bays);
    on_media::Examination begun{.job = job.id,
                                .session = {visits(job, only, now), drives_},
                                .everything = !only,
                                .began = now.steady};
    begun.total = begun.session.pending().size();
    std::optional<Carry> hanging;
    if (!left)
        log(job, now, left.error().what + ": unload the drives by hand");
    else
        for (auto& [drive, visit] : *left) {
            const auto* record = model_.media(visit.media);
            const auto arm = on_media::arm_with(model_, visit.media);
            if (record == nullptr || (record->location != drive && !arm))
                continue; // it is home, or was taken out of the drive
            log(job,
                now,
                fmt::format("{} is brought home first", visit.barcode.value_or("a cartridge")));
            if (arm)
                hanging = Carry{Carry::Way::home, drive, visit};
            const bool seen = record->finding && record->finding->by == job.id;
            begun.total += seen ? 0 : 1;
            begun.session.left_over(drive,
                                    std::move(visit),
                                    seen ? on_media::Session::Then::done
                                         : on_media::Session::Then::look_at_it);
        }
    examination_ = std::move(begun);
    rescanned_ = false;
    job.state = JobState::running;
    job.phase = "identifying";
    note_bays(job);
    log(job,
        now,
        fmt::format("{} cartridges are to be looked at, with {} drives",
                    examination_->total,
                    std::count_if(drives_.begin(), drives_.end(), [](const DriveReach& drive) {
                        return drive.barred.empty();
                    })));
    examination_->hanging = std::move(hanging);
    if (job.stop_requested)
        examination_->session.stop();
    if (!machine_) // else its step is under way: the next tick begins
        examine(now);
}

void LibraryEngine::note_bays(Job& job) {
    job.bays = examination_->session.bays_to_json();
    touch(job.id);
}

/// Drives that the inventory must not fill: others use them, want them, or nobody may.
void LibraryEngine::limit_drives(const Now& now) {
    auto& examination = *examination_;
    std::set<ElementAddress> withheld = wanted_drives_;
    std::size_t usable = 0;
    for (const auto& drive : drives_) {
        const auto* element = model_.element(drive.address);
        const auto bay = examination.session.bays().find(drive.address);
        const bool ours = bay != examination.session.bays().end() && bay->second.occupied();
        if (out_of_use_.holds_drive(drive.address) || (!ours && !is_free(element)))
            withheld.insert(drive.address);
        else if (drive.barred.empty())
            ++usable;
    }
    const bool lent = examination.lent_at && now.steady - *examination.lent_at < lending;
    const std::size_t reserved = settings_.inventory_reserved_drives.value;
    if (lent && usable > 1)
        usable -= std::min(reserved, usable - 1);
    examination.session.set_limits(examination.leaving ? 0 : usable, std::move(withheld));
}

/// Whether the door is to be locked while cartridges are under way. A door job locks it by itself.
bool LibraryEngine::wants_lock() const {
    const auto& door = settings_.door;
    return !machine_ && !examination_->prevented && !unsolicited_ && door.present.value &&
           door.lock_policy.value != library::LockPolicy::never &&
           door.lockable.value.value_or(true) && !lock_held() &&
           door_.lock != door::LockState::not_effective;
}

/// Has everything done that can be done now.
void LibraryEngine::examine(const Now& now) {
    if (!examination_)
        return;
    auto& examination = *examination_;
    auto& session = examination.session;
    limit_drives(now);
    if (!ending_ && !unsolicited_)
        for (auto& [drive, command] : session.due()) {
            examination.steps[drive] = next_step_;
            dirty_.drive_commands.push_back({examination.job, next_step_++, drive, command});
        }
    if (active_ != examination.job || in_flight_ || !online_)
        return;
    if (!ending_ && wants_lock()) {
        examination.prevented = true;
        return dispatch(examination.job, PreventRemoval{});
    }
    if (examination.unsettled)
        return look_for_carry(now);
    if (const auto hanging = std::exchange(examination.hanging, std::nullopt)) {
        session.begin(*hanging);
        return out_of_arm(*hanging, now);
    }
    if (examination.steps.empty() && (examination.leaving ? session.idle() : session.over()))
        return end_examination(now);
    if (ending_ || unsolicited_)
        return;
    if (const auto carry = session.next())
        return start_carry(*carry, now);
    feed_starved(now);
}

/// What a session does that has cartridges, and no drive for them.
void LibraryEngine::feed_starved(const Now& now) {
    auto& examination = *examination_;
    if (examination.session.has_drive())
        examination.starved_since.reset();
    if (!examination.session.starved())
        return;
    auto& job = jobs_.at(examination.job);
    if (!examination.starved_since) {
        examination.starved_since = now.steady;
        examination.tried_again_at = now.steady;
        log(job, now, "waits for a drive: " + why_no_drive());
    }
    if (now.steady - *examination.starved_since >= drive_patience) {
        log(job, now, "gave up waiting for a drive");
        examination.session.stop();
        return examine(now);
    }
    if (now.steady - *examination.tried_again_at < drive_retry)
        return;
    examination.tried_again_at = now.steady;
    examination.session.try_again();
    examine(now);
}

std::string LibraryEngine::why_no_drive() const {
    std::string why;
    for (const auto& [address, bay] : examination_->session.bays())
        if (!bay.why.empty())
            why += fmt::format(
                "{}{}: {}", why.empty() ? "" : "; ", library::place_name(model_, address), bay.why);
    return why.empty() ? "all of them are in use" : why;
}

Effects LibraryEngine::drive_answer(const std::string& job,
                                    std::uint64_t step,
                                    ElementAddress drive,
                                    const DriveAnswer& answer,
                                    const Now& now) {
    if (!examination_ || examination_->job != job)
        return {};
    const auto waiting = examination_->steps.find(drive);
    if (waiting == examination_->steps.end() || waiting->second != step)
        return {};
    examination_->steps.erase(waiting);
    auto& owner = jobs_.at(job);
    if (const auto* failed = std::get_if<DriveFailed>(&answer))
        log(owner,
            now,
            fmt::format("{}: {}", library::place_name(model_, drive), to_string(failed->error)));
    if (auto seen = examination_->session.answered(drive, answer)) {
        seen->identification.at = now.wall;
        take_finding(owner, seen->visit.media, std::move(seen->identification), now);
        count_progress(owner);
    }
    examine(now);
    schedule(now);
    return flush();
}

void LibraryEngine::take_finding(const Job& job,
                                 const std::string& media,
                                 Identification found,
                                 const Now& now) {
    const auto* known = model_.media(media);
    if (known == nullptr)
        return;
    found.at = now.wall;
    found.by = job.id;
    auto record = *known;
    record.finding = std::move(found);
    model_.put(std::move(record));
    dirty_.media.insert(media);
}

void LibraryEngine::count_progress(Job& job) {
    const auto& examination = *examination_;
    if (examination.total > 0)
        job.progress = static_cast<int>(examination.session.examined() * 100 / examination.total);
    touch(job.id);
}

/// Every cartridge that could be has been looked at, and is home.
void LibraryEngine::end_examination(const Now& now) {
    if (examination_->leaving)
        return leave(now);
    auto& job = jobs_.at(examination_->job);
    std::optional<Error> error;
    if (!examination_->session.pending().empty() && !job.cancel_requested && !job.stop_requested)
        error = Error{Code::device_not_available,
                      fmt::format("no drive was to be had for {} cartridges: {}",
                                  examination_->session.pending().size(),
                                  why_no_drive())};
    conclude_examination(job, std::move(error), now);
}

/// Makes one whole of what the drives told, and ends the job, or the door job's examination.
void LibraryEngine::conclude_examination(Job& job, std::optional<Error> error, const Now& now) {
    const auto outcome = library::reconcile_findings(
        model_, {job.started_at.value_or(job.queued_at), now.wall, job.id});
    apply(outcome);
    const auto& session = examination_->session;
    auto failures = nlohmann::json::array();
    for (const auto& failure : session.failures())
        if (failures.size() < most_told)
            failures.push_back(failure_to_json(model_, failure));
    add_diff(job, examination_->everything ? "full" : "fast", outcome.diff);
    job.result["examined"] = session.examined();
    job.result["not_examined"] = session.pending().size();
    job.result["failed"] = std::move(failures);
    job.result["failures"] = session.failures().size();
    if (job.request.operation == Operation::identify && !error && !session.failures().empty())
        error = session.failures().front().error;
    if (job.request.operation == Operation::identify)
        job.result["identification"] = identified(job);
    const auto id = job.id;
    for (const auto& [drive, bay] : session.bays()) // what is still held is given back
        if (bay.stage != on_media::Stage::unused && bay.stage != on_media::Stage::out)
            dirty_.drive_commands.push_back({id, next_step_++, drive, ReleaseDrive{}});
    job.bays = session.bays_to_json();
    allow_due_ = allow_due_ || examination_->prevented;
    examination_.reset();
    hint("diff", id);
    if (machine_)
        return feed_door(door::Identified{std::move(error)}, now);
    if (job.cancel_requested)
        return finish(job, JobState::cancelled, cancelled_error(job), now);
    if (!error && job.stop_requested)
        return finish(job,
                      JobState::stopped,
                      Error{Code::stopped, "it was stopped: what was not looked at is as before"},
                      now);
    const auto state = error ? JobState::failed : JobState::passed;
    finish(job, state, std::move(error), now);
}

/// What the cartridge turned out to be that a job was to identify; null: nobody knows.
nlohmann::json LibraryEngine::identified(const Job& job) const {
    const auto place = library::find_place(model_, *job.request.source, ElementType::storage);
    const auto* element = place ? model_.element(place->address) : nullptr;
    const auto* record =
        element != nullptr && element->media ? model_.media(*element->media) : nullptr;
    if (record == nullptr || !record->identification || record->identification->by != job.id)
        return nullptr;
    return library::to_json(*record->identification);
}

/// The door was opened, or was not watched: the examination begins anew when it is closed. What is
/// in drives is written down.
void LibraryEngine::drop_examination() {
    auto& job = jobs_.at(examination_->job);
    if (examination_->carry)
        touch(job.id); // its move is settled when the elements are read again
    job.bays = examination_->session.bays_to_json();
    touch(job.id);
    examination_.reset();
}

/// Has cartridges brought home that a job, now over, has left in drives.
void LibraryEngine::empty_bays(const Job& job, const Now& now) {
    auto left = on_media::Session::bays_from_json(job.bays);
    if (!left)
        return;
    for (const auto& [drive, visit] : *left) {
        const auto* record = model_.media(visit.media);
        if (record == nullptr || record->location != drive)
            continue;
        JobRequest request;
        request.operation = Operation::unload;
        request.source = fmt::format("@{}", scsi::number(drive));
        log(new_job(request, "daemon", now), now, fmt::format("left in the drive by {}", job.id));
    }
}

} // namespace changer::jobs
