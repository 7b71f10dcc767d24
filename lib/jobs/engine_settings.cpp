// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// The settings: what the configuration says, and what was stored through the API.

namespace changer::jobs {

namespace {

/// Checks names and values, whoever asks and whatever is fixed.
Result<void> check_form(const nlohmann::json& patch) {
    if (!patch.is_object() || patch.empty())
        return Error{Code::invalid_parameter,
                     "settings are changed by an object with their names and values"};
    library::Settings scratch;
    for (const auto& item : patch.items()) {
        const auto& name = item.key();
        if (name == "enabled")
            return Error{Code::invalid_parameter,
                         "'enabled' is changed by the operations 'enable' and 'disable'"};
        if (item.value().is_null() && !library::setting_to_json(scratch, name).is_null())
            continue; // back to the default
        // A configuration may say everything: only form is left to be wrong.
        if (auto legal = library::set(scratch, name, item.value(), library::SettingSource::config);
            !legal)
            return legal;
    }
    return {};
}

Result<void> check_right(const std::string& name, const Principal& principal) {
    const bool of_door = name.starts_with("door.");
    if (of_door ? principal.modify : principal.control)
        return {};
    return Error{Code::access_denied,
                 fmt::format("to set '{}' needs the right '{}' on this library; whoever "
                             "administers the daemon grants it in its configuration",
                             name,
                             of_door ? "modify" : "control")};
}

} // namespace

/// Takes one stored value over, with the record of it.
Result<void> LibraryEngine::keep_setting(const std::string& name, const nlohmann::json& value) {
    if (auto changed = library::set(settings_, name, value, library::SettingSource::stored);
        !changed)
        return changed;
    stored_settings_[name] = value;
    dirty_.others.push_back({fmt::format("setting/{}", name),
                             nlohmann::json{{"schema", "changer.setting/1"}, {"value", value}}.dump(
                                 -1, ' ', false, nlohmann::json::error_handler_t::replace)});
    return {};
}

Result<void> LibraryEngine::change_setting(std::string_view name,
                                           const nlohmann::json& value,
                                           const Now& now,
                                           Effects& effects) {
    if (auto changed = keep_setting(std::string(name), value); !changed)
        return changed;
    settings_changed(now);
    effects = flush();
    return {};
}

Result<void> LibraryEngine::change_settings(const nlohmann::json& patch,
                                            const Principal& principal,
                                            const Now& now,
                                            Effects& effects) {
    if (auto checked = check_form(patch); !checked)
        return checked;
    for (const auto& item : patch.items())
        if (auto checked = check_right(item.key(), principal); !checked)
            return checked;
    for (const auto& item : patch.items())
        if (library::setting_to_json(configured_, item.key())["source"] == "config")
            return Error{Code::configured,
                         fmt::format("'{}' is fixed by the configuration file: change it there",
                                     item.key())};
    remember_for_undo();
    for (const auto& item : patch.items()) {
        if (!item.value().is_null()) {
            if (auto kept = keep_setting(item.key(), item.value()); !kept)
                return kept;
            continue;
        }
        if (stored_settings_.erase(item.key()) > 0)
            dirty_.others.push_back({fmt::format("setting/{}", item.key()), std::nullopt});
    }
    apply_stored(); // anew: the default of a setting may follow another setting
    settings_changed(now);
    effects = flush();
    return {};
}

void LibraryEngine::withdraw_settings() {
    if (undo_ && undo_->job.empty())
        undo();
}

Effects LibraryEngine::configure(library::Settings configured, const Now& now) {
    configured_ = std::move(configured);
    apply_stored();
    settings_changed(now);
    return flush();
}

/// The configuration wins; what it does not say stays as stored.
void LibraryEngine::apply_stored() {
    settings_ = configured_;
    for (const auto& [name, value] : stored_settings_) {
        const auto kept = library::set(settings_, name, value, library::SettingSource::stored);
        (void)kept;
    }
}

void LibraryEngine::settings_changed(const Now& now) {
    hint("library");
    prevent_due_ = true; // the lock policy may be another one
    amend_door(now);
}

Effects LibraryEngine::identify(const Uuid& uuid) {
    if (uuid_)
        return {};
    uuid_ = uuid;
    dirty_.others.push_back(
        {"uuid", nlohmann::json{{"schema", "changer.uuid/1"}, {"uuid", to_string(uuid)}}.dump()});
    return flush();
}

} // namespace changer::jobs
