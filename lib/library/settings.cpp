// SPDX-License-Identifier: Apache-2.0
#include "library/settings.hpp"

#include "library/description.hpp"
#include "library/fields.hpp"

#include <fmt/format.h>

#include <functional>

namespace changer::library {

std::string_view name(DoorKind kind) {
    switch (kind) {
    case DoorKind::door:
        return "door";
    case DoorKind::magazines:
        return "magazines";
    case DoorKind::several:
        return "several";
    }
    return "door";
}

std::string_view name(LockPolicy policy) {
    switch (policy) {
    case LockPolicy::never:
        return "never";
    case LockPolicy::jobs:
        return "jobs";
    case LockPolicy::always:
        return "always";
    }
    return "never";
}

std::string_view name(InventoryMethod method) {
    switch (method) {
    case InventoryMethod::none:
        return "none";
    case InventoryMethod::fast:
        return "fast";
    case InventoryMethod::full:
        return "full";
    }
    return "none";
}

namespace {

constexpr std::string_view name(SettingSource source) {
    switch (source) {
    case SettingSource::by_default:
        return "default";
    case SettingSource::stored:
        return "stored";
    case SettingSource::config:
        return "config";
    }
    return "default";
}

using Json = nlohmann::json;

/// One setting: how it reads and writes; `assign` returns what is legal if the value is not.
struct Row {
    std::string_view name;
    std::function<Json(const Settings&)> value;
    std::function<std::string(Settings&, const Json&)> assign;
    std::function<SettingSource(const Settings&)> source;
    std::function<void(Settings&, SettingSource)> set_source;
};

struct Bounds {
    std::int64_t low = 0;
    std::int64_t high = 0;
};

/// A row whose setting `at` finds; `read` turns JSON into a value, or yields none.
template <class At, class Read, class Write>
Row row(std::string_view key, At at, const std::string& legal, Read read, Write write) {
    return {key,
            [at, write](const Settings& settings) { return write(at(settings).value); },
            [at, read, legal](Settings& settings, const Json& value) -> std::string {
                auto parsed = read(value);
                if (!parsed)
                    return legal;
                at(settings).value = std::move(*parsed);
                return "";
            },
            [at](const Settings& settings) { return at(settings).source; },
            [at](Settings& settings, SettingSource source) { at(settings).source = source; }};
}

template <class At>
Row text_row(std::string_view key, At at) {
    return row(
        key,
        at,
        std::string(line_rule),
        [](const Json& value) -> std::optional<std::string> {
            if (!value.is_string() || !is_line(value.get_ref<const std::string&>()))
                return std::nullopt;
            return value.get<std::string>();
        },
        [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); });
}

template <class At>
Row switch_row(std::string_view key, At at) {
    return row(
        key,
        at,
        "true or false",
        [](const Json& value) -> std::optional<bool> {
            if (!value.is_boolean())
                return std::nullopt;
            return value.get<bool>();
        },
        [](bool value) { return Json(value); });
}

template <class At>
Row number_row(std::string_view key, At at, Bounds bounds) {
    return row(
        key,
        at,
        fmt::format("a whole number from {} to {}", bounds.low, bounds.high),
        [bounds](const Json& value) -> std::optional<std::uint32_t> {
            if (!value.is_number_integer() || value.get<std::int64_t>() < bounds.low ||
                value.get<std::int64_t>() > bounds.high)
                return std::nullopt;
            return value.get<std::uint32_t>();
        },
        [](std::uint32_t value) { return Json(value); });
}

template <class Enum, class At>
Row choice_row(std::string_view key, At at, Enum last) {
    std::string legal = "one of";
    for (unsigned value = 0; value <= static_cast<unsigned>(last); ++value)
        legal += fmt::format(" {}", library::name(static_cast<Enum>(value)));
    return row(
        key,
        at,
        legal,
        [last](const Json& value) -> std::optional<Enum> {
            if (!value.is_string())
                return std::nullopt;
            return from_name(std::string_view(value.get_ref<const std::string&>()), last);
        },
        [](Enum value) { return Json(library::name(value)); });
}

template <class At>
Row optional_switch_row(std::string_view key, At at) {
    return row(
        key,
        at,
        "true, false, or null for finding it out",
        [](const Json& value) -> std::optional<std::optional<bool>> {
            if (value.is_null())
                return std::optional<bool>();
            if (!value.is_boolean())
                return std::nullopt;
            return std::optional<bool>(value.get<bool>());
        },
        [](const std::optional<bool>& value) { return nullable(value); });
}

std::vector<Row> door_rows() {
    return {
        switch_row(
            "door.present", [](auto& s) -> auto& { return s.door.present; }),
        optional_switch_row(
            "door.lockable", [](auto& s) -> auto& { return s.door.lockable; }),
        optional_switch_row(
            "door.reports", [](auto& s) -> auto& { return s.door.reports; }),
        choice_row(
            "door.kind", [](auto& s) -> auto& { return s.door.kind; }, DoorKind::several),
        choice_row(
            "door.lock_policy",
            [](auto& s) -> auto& { return s.door.lock_policy; },
            LockPolicy::always),
        number_row("door.max_open_seconds",
                   [](auto& s) -> auto& { return s.door.max_open_seconds; },
                   {0, 65535}),
        number_row("door.unlock_timeout_seconds",
                   [](auto& s) -> auto& { return s.door.unlock_timeout_seconds; },
                   {1, 86400}),
        number_row(
            "door.quiet_seconds", [](auto& s) -> auto& { return s.door.quiet_seconds; }, {0, 3600}),
    };
}

std::vector<Row> make_rows() {
    std::vector<Row> rows{
        text_row(
            "name", [](auto& s) -> auto& { return s.name; }),
        text_row(
            "description", [](auto& s) -> auto& { return s.description; }),
        switch_row(
            "enabled", [](auto& s) -> auto& { return s.enabled; }),
        choice_row(
            "inventory_method",
            [](auto& s) -> auto& { return s.inventory_method; },
            InventoryMethod::full),
        switch_row(
            "auto_recovery", [](auto& s) -> auto& { return s.auto_recovery; }),
        number_row("inventory_reserved_drives",
                   [](auto& s) -> auto& { return s.inventory_reserved_drives; },
                   {0, 255}),
        number_row("poll_seconds", [](auto& s) -> auto& { return s.poll_seconds; }, {1, 3600}),
        number_row(
            "refresh_seconds", [](auto& s) -> auto& { return s.refresh_seconds; }, {1, 86400}),
        number_row(
            "path_grace_seconds", [](auto& s) -> auto& { return s.path_grace_seconds; }, {0, 3600}),
        number_row(
            "retention_hours", [](auto& s) -> auto& { return s.retention_hours; }, {0, 87600}),
    };
    for (auto& door_row : door_rows())
        rows.push_back(std::move(door_row));
    return rows;
}

const std::vector<Row>& rows() {
    static const std::vector<Row> all = make_rows();
    return all;
}

const Row* find_row(std::string_view key) {
    for (const auto& candidate : rows())
        if (candidate.name == key)
            return &candidate;
    return nullptr;
}

/// A second magazine takes minutes to come out, another frame's door about one.
void follow_kind(DoorSettings& door) {
    if (door.quiet_seconds.source != SettingSource::by_default)
        return;
    switch (door.kind.value) {
    case DoorKind::door:
        door.quiet_seconds.value = 10;
        break;
    case DoorKind::magazines:
        door.quiet_seconds.value = 120;
        break;
    case DoorKind::several:
        door.quiet_seconds.value = 60;
        break;
    }
}

} // namespace

Result<void>
set(Settings& settings, std::string_view key, const nlohmann::json& value, SettingSource source) {
    const auto* row = find_row(key);
    if (row == nullptr)
        return Error{Code::invalid_parameter, fmt::format("there is no setting '{}'", key)};
    if (source == SettingSource::stored && row->source(settings) == SettingSource::config)
        return Error{Code::configured,
                     fmt::format("'{}' is fixed by the configuration file: change it there", key)};
    if (const auto legal = row->assign(settings, value); !legal.empty())
        return Error{Code::invalid_parameter, fmt::format("'{}' must be {}", key, legal)};
    row->set_source(settings, source);
    follow_kind(settings.door);
    return {};
}

const std::vector<std::string_view>& setting_names() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const auto& row : rows())
            all.push_back(row.name);
        return all;
    }();
    return names;
}

nlohmann::json setting_to_json(const Settings& settings, std::string_view key) {
    const auto* row = find_row(key);
    if (row == nullptr)
        return nullptr;
    return {{"value", row->value(settings)}, {"source", name(row->source(settings))}};
}

nlohmann::json to_json(const Settings& settings) {
    auto object = nlohmann::json::object();
    for (const auto key : setting_names())
        object[std::string(key)] = setting_to_json(settings, key);
    return object;
}

} // namespace changer::library
