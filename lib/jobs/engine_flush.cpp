// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "jobs/engine_documents.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// Turns what a call changed into one transaction.

namespace changer::jobs {

namespace {

std::string text_of(const nlohmann::json& document) {
    auto text = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.shrink_to_fit(); // there may be 120,000 of them
    return text;
}

/// Appends the document of every key that still has one, and the removal of the others.
template <class Keys, class Find, class Key>
void append(std::vector<Change>& changes, const Keys& keys, Key key_of, Find document_of) {
    for (const auto& key : keys) {
        std::optional<nlohmann::json> document = document_of(key);
        Change change{key_of(key), std::nullopt};
        if (document)
            change.value = text_of(*document);
        changes.push_back(std::move(change));
    }
}

} // namespace

Effects LibraryEngine::flush() {
    if (active_ || !online_ || !settings_.enabled.value)
        revalidation_ = Revalidation::none; // what is known has to do
    Dirty dirty = std::exchange(dirty_, {});
    const auto requests = requests_.take_changed();
    Effects effects;
    effects.commands = std::move(dirty.commands);
    effects.drive_commands = std::move(dirty.drive_commands);
    effects.notices = std::move(dirty.notices);
    const bool changed = dirty.door || dirty.library || !dirty.elements.empty() ||
                         !dirty.media.empty() || !dirty.jobs.empty() || !requests.empty() ||
                         !dirty.others.empty();
    if (!changed)
        return effects;
    ++generation_;
    auto& changes = effects.changes;
    changes = std::move(dirty.others);
    changes.push_back(
        {"library",
         text_of(library_document(
             {id_, generation_, next_job_, requests_.next_number(), model_.epoch(), info_}))});
    if (dirty.door)
        changes.push_back({"door", text_of(door_document(door_))});
    append(
        changes,
        dirty.elements,
        [](scsi::ElementAddress at) { return fmt::format("element/{}", scsi::number(at)); },
        [&](scsi::ElementAddress at) -> std::optional<nlohmann::json> {
            const auto* element = model_.element(at);
            return element != nullptr ? std::optional(to_json(*element)) : std::nullopt;
        });
    append(
        changes,
        dirty.media,
        [](const std::string& id) { return "media/" + id; },
        [&](const std::string& id) -> std::optional<nlohmann::json> {
            const auto* media = model_.media(id);
            return media != nullptr ? std::optional(to_json(*media)) : std::nullopt;
        });
    append(
        changes,
        dirty.jobs,
        [](const std::string& id) { return "job/" + id; },
        [&](const std::string& id) -> std::optional<nlohmann::json> {
            const auto* known = job(id);
            return known != nullptr ? std::optional(job_to_document(*known)) : std::nullopt;
        });
    append(
        changes,
        requests,
        [](const std::string& id) { return "request/" + id; },
        [&](const std::string& id) -> std::optional<nlohmann::json> {
            const auto* known = request(id);
            return known != nullptr ? std::optional(to_json(*known)) : std::nullopt;
        });
    auto& notices = effects.notices;
    for (const auto& id : dirty.jobs)
        notices.push_back({"job", id});
    for (const auto& id : requests) {
        const auto* known = request(id);
        notices.push_back({"operator_request", known != nullptr ? known->job : std::nullopt});
    }
    if (dirty.door)
        notices.push_back({"door", active_});
    if (!dirty.elements.empty())
        notices.push_back({"elements", active_});
    if (!dirty.media.empty())
        notices.push_back({"media", active_});
    return effects;
}

} // namespace changer::jobs
