// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace changer::daemon {

/// What a text may be besides strict JSON.
struct JsonTextOptions {
    std::size_t max_depth = 32; ///< deeper nesting is refused before it costs memory
    bool comments = false;      ///< // and /* */ are skipped
};

/// Parses hostile text into a document. A key that comes twice in one object is an error, because
/// readers differ in which of the two they believe.
///
/// Errors:  malformed_document — the message names line and column
Result<nlohmann::json> parse_json(std::string_view text, const JsonTextOptions& options = {});

/// Writes a document on one line; bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string to_text(const nlohmann::json& document);

} // namespace changer::daemon
