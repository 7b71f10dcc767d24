// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::sim {

/// Reads an operation code as operators write it: a name ("move") or hexadecimal ("a5").
std::optional<std::uint8_t> parse_opcode(std::string_view text);

/// The names, for --help.
std::string command_names();

} // namespace changer::sim
