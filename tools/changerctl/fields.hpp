// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::ctl {

/// The value of what is missing or of another type than expected: nothing a server sends is taken
/// on trust.
inline const nlohmann::json nothing = nullptr;

/// Returns a member; null if it is not there.
inline const nlohmann::json& member(const nlohmann::json& object, std::string_view name) {
    if (!object.is_object())
        return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

/// Returns a member that is an array; an empty one otherwise.
inline const nlohmann::json& list(const nlohmann::json& object, std::string_view name) {
    static const nlohmann::json empty = nlohmann::json::array();
    const auto& value = member(object, name);
    return value.is_array() ? value : empty;
}

/// Returns a text, or `otherwise` if it is null.
inline std::string
text(const nlohmann::json& object, std::string_view name, const std::string& otherwise = "-") {
    const auto* value = member(object, name).get_ptr<const std::string*>();
    return value == nullptr ? otherwise : *value;
}

inline std::optional<std::int64_t> number(const nlohmann::json& object, std::string_view name) {
    const auto& value = member(object, name);
    return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

inline std::optional<bool> flag(const nlohmann::json& object, std::string_view name) {
    const auto* value = member(object, name).get_ptr<const bool*>();
    return value == nullptr ? std::nullopt : std::optional(*value);
}

/// Writes a document in one line that a terminal shows as it stands, whatever its texts hold:
/// what is not printable ASCII is escaped.
inline std::string json_line(const nlohmann::json& document) {
    return document.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace changer::ctl
