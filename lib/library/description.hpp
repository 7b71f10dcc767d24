// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace changer::library {

inline constexpr std::size_t longest_line = 256; ///< in bytes
inline constexpr std::string_view line_rule =
    "a text of at most 256 bytes without control characters";

/// True for what can be shown in one line as it is: at most `longest_line` bytes, and no control
/// character, neither of ASCII nor of Unicode (C0, DEL, C1), which a terminal could act on.
///
/// Notes:   `text` is UTF-8
bool is_line(std::string_view text);

/// What an operator calls a drive or a cartridge, and what he notes about it.
struct Description {
    std::string name;        ///< empty: none
    std::string description; ///< empty: none

    bool empty() const { return name.empty() && description.empty(); }

    bool operator==(const Description&) const = default;
};

/// Returns the description with what `patch` says: an object with `name`, `description` or both;
/// null or an empty text takes it away.
///
/// Errors:  invalid_parameter — another member, no text, one that is no is_line(), or none at all
Result<Description> with(Description description, const nlohmann::json& patch);

/// Writes the document that the store keeps of it.
nlohmann::json to_json(const Description& description);

/// Errors:  malformed_document
Result<Description> description_from_json(const nlohmann::json& document);

} // namespace changer::library
