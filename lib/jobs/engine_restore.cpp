// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/json.hpp"
#include "jobs/engine.hpp"
#include "jobs/engine_documents.hpp"
#include "library/fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// What a new run makes of the documents of the last one.

namespace changer::jobs {

namespace {

using Json = nlohmann::json;

template <class Value, class Put>
bool take(Result<Value> read, Put put) {
    if (!read)
        return false;
    put(*std::move(read));
    return true;
}

/// Says what made the elements stale.
std::string_view reason(StoredState stored) {
    switch (stored) {
    case StoredState::whole:
        return "the daemon was restarted";
    case StoredState::stale:
        return "what was stored may lack the last changes";
    case StoredState::incomplete:
        return "what was stored was damaged and lacks changes";
    }
    return "";
}

} // namespace

Effects LibraryEngine::restore(const std::map<std::string, std::string>& documents,
                               const Now& now,
                               StoredState stored) {
    for (const auto& [key, text] : documents)
        restore_document(key, text);
    for (const auto& [id, job] : jobs_) // counters never run backwards, whatever was lost
        next_job_ = std::max(next_job_, job.number + 1);
    if (!documents.empty() || stored != StoredState::whole) {
        model_.mark_stale(now.wall, reason(stored));
        dirty_.library = true;
        // Nobody watched; our PREVENT went with the session.
        set_door(door::DoorState::unknown, now.wall);
        if (door_.lock != door::LockState::not_effective)
            set_lock(door::LockState::unknown);
    }
    restore_jobs(now);
    if (stored == StoredState::incomplete)
        ask_for_inventory(now);
    end_orphans(now);
    return flush();
}

/// Asks once; over restarts until somebody answers.
void LibraryEngine::ask_for_inventory(const Now& now) {
    const std::string text = fmt::format(
        "what was stored of {} was damaged and lacks changes; the damaged files are kept in the "
        "state directory. Take an inventory, and compare it with what you expect",
        id_);
    if (!requests_.is_asked("service", text))
        requests_.raise({.type = "service", .text = text}, now.wall);
}

/// What there is one of. None: it is another document.
std::optional<bool> LibraryEngine::restore_own(const std::string& key, const Json& document) {
    if (key == "foreign_changes")
        return static_cast<bool>(foreign_changes_.restore(document));
    if (key == "disabled")
        return static_cast<bool>(out_of_use_.restore(document));
    if (key != "uuid")
        return std::nullopt;
    library::Fields fields(document);
    uuid_ = uuid_from_string(fields.text("uuid").value_or(""));
    return uuid_.has_value();
}

/// Reads what there are tens of thousands of. None: it is another document.
std::optional<bool> LibraryEngine::restore_of_map(const std::string& key, const std::string& text) {
    if (key.starts_with("element/"))
        return take(library::element_from_text(text),
                    [&](library::Element element) { model_.put(std::move(element)); });
    if (key.starts_with("media/"))
        return take(library::media_from_text(text),
                    [&](library::Media media) { model_.put(std::move(media)); });
    return std::nullopt;
}

void LibraryEngine::restore_document(const std::string& key, const std::string& text) {
    if (const auto of_map = restore_of_map(key, text)) {
        if (!*of_map)
            unreadable_.push_back(key);
        return;
    }
    const auto document = Json::parse(text, nullptr, false);
    const auto has_prefix = [&](std::string_view prefix) { return key.starts_with(prefix); };
    bool read = true;
    if (document.is_discarded()) {
        read = false;
    } else if (key == "library") {
        read = take(library_from_document(document), [&](LibraryRecord record) {
            generation_ = record.generation;
            next_job_ = record.next_job;
            requests_.restore_next_number(record.next_request);
            model_.set_epoch(std::move(record.epoch));
            info_ = std::move(record.info);
        });
    } else if (key == "door") {
        read = take(door_from_document(document), [&](DoorRecord record) { door_ = record; });
    } else if (has_prefix(Descriptions::prefix)) {
        read = descriptions_.restore(key, document);
    } else if (const auto own = restore_own(key, document)) {
        read = *own;
    } else if (has_prefix("job/")) {
        read = take(job_from_document(document),
                    [&](Job job) { jobs_.insert_or_assign(job.id, job); });
    } else if (has_prefix("request/")) {
        read = take(request_from_json(document),
                    [&](OperatorRequest request) { requests_.restore(std::move(request)); });
    } else if (has_prefix("setting/") && document.is_object() && document.contains("value")) {
        const auto name = key.substr(std::string_view("setting/").size());
        stored_settings_[name] = document["value"];
        const auto kept =
            library::set(settings_, name, document["value"], library::SettingSource::stored);
        read = kept || kept.error().code == Code::configured;
    }
    if (!read)
        unreadable_.push_back(key);
}

void LibraryEngine::restore_jobs(const Now& now) {
    std::vector<std::string> unfinished;
    for (const auto& [id, job] : jobs_)
        if (!job.finished() && job.state != JobState::queued && !job.merged_into)
            unfinished.push_back(id);
    for (const auto& id : unfinished)
        restore_job(touch(id), now);
    for (auto& [id, job] : jobs_) {
        if (job.finished() || !job.merged_into || job.merged_into == active_)
            continue; // its door job goes on
        job.merged_into.reset();
        job.state = JobState::queued;
        log(job, now, "queued again: the job it was merged into is over");
    }
    requests_.withdraw_orphans(now.wall, [&](const std::string& asker) {
        const auto* known = job(asker);
        return known != nullptr && !known->finished();
    });
}

void LibraryEngine::restore_job(Job& job, const Now& now) {
    log(job, now, "the daemon was restarted");
    if (active_) { // one robot, one job: two can only come of damaged documents
        finish(job,
               JobState::failed,
               Error{Code::interrupted, "interrupted by a restart; ask again"},
               now);
        return;
    }
    if (job.request.operation == Operation::door) {
        auto machine = door::state_from_json(job.machine);
        if (!machine) {
            finish(job,
                   JobState::failed,
                   Error{Code::interrupted,
                         "its record cannot be read after a restart: " + machine.error().what},
                   now);
            return;
        }
        active_ = job.id;
        machine_ = *std::move(machine);
        return feed_door(door::Restarted{.device_present = false}, now);
    }
    if (looks(job.request.operation) && !job.bays.is_null()) {
        job.state =
            JobState::queued; // what is in drives goes home first; the elements tell what is
        job.phase.reset();
        return;
    }
    if (job.planned_move && job.planned_move->started) {
        active_ = job.id;
        return await_verdict(job, std::nullopt, now);
    }
    if (job.planned_exchange && !job.planned_exchange->steps.empty()) {
        active_ = job.id;
        return await_verdict(job, std::nullopt, now);
    }
    if (job.request.operation == Operation::position)
        return finish(job,
                      JobState::failed,
                      Error{Code::interrupted,
                            "the daemon was restarted while the arm was sent there; no cartridge "
                            "was moved, and where the arm stands is not known"},
                      now);
    job.state = JobState::queued; // nothing physical has begun
    job.planned_move.reset();
    job.planned_exchange.reset();
    job.result = nullptr;
    job.phase.reset();
}

} // namespace changer::jobs
