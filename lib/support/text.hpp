// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"
#include "support/clock.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace changer {

/// Removes blanks and NULs from the end: devices pad text with either, or both.
std::string_view trim_padding(std::string_view text);

/// Makes text of a device or a tape fit for JSON, logs and terminals: what is no UTF-8, and control
/// characters, become "\\xHH" byte by byte, and so does the backslash, so that two different texts
/// stay different.
std::string printable(std::string_view text);

/// Writes bytes as lower-case hexadecimal digits, nothing between them.
std::string to_hex(std::span<const std::byte> bytes);

/// Reads hexadecimal digits, blanks between bytes allowed; none on any other character or an odd
/// number of digits.
std::optional<Bytes> from_hex(std::string_view text);

/// Writes an instant as RFC 3339 in UTC with seconds: "2026-01-31T23:59:00Z".
std::string to_rfc3339(WallTime time);

/// Reads RFC 3339 in UTC ("...Z"), with or without a fraction; none if it is not that.
std::optional<WallTime> from_rfc3339(std::string_view text);

} // namespace changer
