// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer {

using Uuid = std::array<std::uint8_t, 16>;

/// Makes an identifier of a name: the same for the same name in the same space, always.
///
/// Source:  RFC 9562 5.8 and B.2 (version 8: the beginning of SHA-256 over space and name)
Uuid name_uuid(const Uuid& space, std::string_view name);

/// Makes an identifier of random bytes.
///
/// Source:  RFC 9562 5.4 (version 4)
Uuid random_uuid(const Uuid& random);

/// Writes it in the usual form: "6ba7b810-9dad-11d1-80b4-00c04fd430c8".
std::string to_string(const Uuid& uuid);

/// Reads that form, digits in either case; none if it is not that.
std::optional<Uuid> uuid_from_string(std::string_view text);

} // namespace changer
