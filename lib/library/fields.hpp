// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/clock.hpp"
#include "support/text.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::library {

/// Writes a value that may be unknown: null, never absent, never 0.
template <class T>
nlohmann::json nullable(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

inline nlohmann::json nullable(const std::optional<WallTime>& time) {
    return time ? nlohmann::json(to_rfc3339(*time)) : nlohmann::json(nullptr);
}

inline nlohmann::json nullable(const std::optional<scsi::ElementAddress>& address) {
    return address ? nlohmann::json(scsi::number(*address)) : nlohmann::json(nullptr);
}

/// Reads the fields of a document we wrote once, field by field. A field of the wrong type faults
/// and yields nothing; null and absent are the same: not known.
class Fields {
  public:
    explicit Fields(const nlohmann::json& object)
        : object_(object)
        , faulted_(!object.is_object()) {}

    std::optional<std::string> text(std::string_view key) {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        if (!value->is_string())
            return fault();
        return value->get<std::string>();
    }

    std::optional<bool> boolean(std::string_view key) {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        if (!value->is_boolean())
            return fault();
        return value->get<bool>();
    }

    std::optional<std::uint64_t> number(std::string_view key, std::uint64_t maximum = UINT64_MAX) {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        const bool negative = !value->is_number_unsigned() && value->is_number_integer() &&
                              value->get<std::int64_t>() < 0;
        if (!value->is_number_integer() || negative || value->get<std::uint64_t>() > maximum)
            return fault();
        return value->get<std::uint64_t>();
    }

    std::optional<std::int64_t> integer(std::string_view key) {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        if (!value->is_number_integer())
            return fault();
        return value->get<std::int64_t>();
    }

    std::optional<scsi::ElementAddress> address(std::string_view key) {
        const auto value = number(key, UINT16_MAX);
        if (!value)
            return std::nullopt;
        return scsi::ElementAddress(*value);
    }

    std::optional<WallTime> time(std::string_view key) {
        const auto value = text(key);
        if (!value)
            return std::nullopt;
        const auto parsed = from_rfc3339(*value);
        if (!parsed)
            return fault();
        return parsed;
    }

    /// The nested object; an empty one if there is none.
    const nlohmann::json& object(std::string_view key) {
        static const nlohmann::json empty = nlohmann::json::object();
        const auto* value = find(key);
        if (value == nullptr)
            return empty;
        if (value->is_object())
            return *value;
        fault();
        return empty;
    }

    bool has(std::string_view key) { return find(key) != nullptr; }

    bool faulted() const { return faulted_; }

    std::nullopt_t fault() {
        faulted_ = true;
        return std::nullopt;
    }

  private:
    const nlohmann::json* find(std::string_view key) const {
        if (!object_.is_object())
            return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    const nlohmann::json& object_;
    bool faulted_ = false;
};

/// Finds the enumerator whose name is `text`, among the enumerators from 0 to `last`.
template <class Enum>
std::optional<Enum> from_name(std::string_view text, Enum last) {
    for (unsigned value = 0; value <= static_cast<unsigned>(last); ++value)
        if (name(static_cast<Enum>(value)) == text)
            return static_cast<Enum>(value);
    return std::nullopt;
}

} // namespace changer::library
