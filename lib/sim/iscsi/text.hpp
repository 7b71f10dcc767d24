// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::sim::iscsi {

/// Keys and values in the order they came.
using Text = std::vector<std::pair<std::string, std::string>>;

/// Reads "key=value" items, each ended by NUL; none if one has no key or no "=".
/// Source:  RFC 7143 6.1
std::optional<Text> decode_text(std::span<const std::byte> bytes);

Bytes encode_text(const Text& text);

/// Finds a value; null if the key is not there.
const std::string* find(const Text& text, std::string_view key);

} // namespace changer::sim::iscsi
