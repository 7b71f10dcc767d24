// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::library {

/// Who gave a setting its value: the configuration file wins over what was stored through the API.
enum class SettingSource : std::uint8_t { by_default, stored, config };

template <class T>
struct Setting {
    T value{};
    SettingSource source = SettingSource::by_default;
};

/// What a door opens onto: everything at once, single magazines, or one of several frames.
enum class DoorKind : std::uint8_t { door, magazines, several };

/// When PREVENT MEDIUM REMOVAL is held.
enum class LockPolicy : std::uint8_t { never, jobs, always };

/// What an inventory does; `default` is resolved to one of these when the door has closed.
enum class InventoryMethod : std::uint8_t { none, fast, full };

struct DoorSettings {
    Setting<bool> present{true};
    Setting<std::optional<bool>> lockable; ///< null: found out by trying
    Setting<std::optional<bool>> reports;  ///< false: it never says that its door is open
    Setting<DoorKind> kind;
    Setting<LockPolicy> lock_policy{LockPolicy::jobs};
    Setting<std::uint32_t> max_open_seconds{1800};      ///< 0: asked to close as soon as it opens
    Setting<std::uint32_t> unlock_timeout_seconds{900}; ///< unlocked, but never opened
    Setting<std::uint32_t> quiet_seconds{10};           ///< by default follows `kind`
};

/// Everything an operator can set about one library.
struct Settings {
    Setting<std::string> name;
    Setting<std::string> description;
    Setting<bool> enabled{true};
    Setting<InventoryMethod> inventory_method{InventoryMethod::fast};
    Setting<bool> auto_recovery{true};
    /// Drives that a full inventory leaves to others as soon as these want one, where it has more.
    Setting<std::uint32_t> inventory_reserved_drives{1};
    Setting<std::uint32_t> poll_seconds{10};
    Setting<std::uint32_t> refresh_seconds{900};
    Setting<std::uint32_t> path_grace_seconds{60};
    Setting<std::uint32_t> retention_hours{72}; ///< how long finished jobs are kept
    DoorSettings door;
};

/// Sets one setting by its JSON name ("inventory_method", "door.kind").
///
/// Errors:  invalid_parameter — unknown name, wrong type or value out of range; the text says which
///          values are legal.  configured — `source` is `stored` and the configuration fixes it
Result<void>
set(Settings& settings, std::string_view name, const nlohmann::json& value, SettingSource source);

/// Names every setting, in the order they are shown.
const std::vector<std::string_view>& setting_names();

/// Writes one setting as `{"value": ..., "source": "config"|"stored"|"default"}`.
nlohmann::json setting_to_json(const Settings& settings, std::string_view name);

/// Writes all settings under their JSON names.
nlohmann::json to_json(const Settings& settings);

std::string_view name(DoorKind kind);
std::string_view name(LockPolicy policy);
std::string_view name(InventoryMethod method);

} // namespace changer::library
