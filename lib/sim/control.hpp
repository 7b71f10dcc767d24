// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/loop.hpp"

#include <span>
#include <string>
#include <string_view>

namespace changer::sim {

/// The partitions of a served library, the first one first.
using Libraries = std::span<Library* const>;

/// Does what an operator says; the text is what to print. "stop" stops the loop.
///
/// Errors: usage — unknown verb or wrong number of operands; what Library answers
Result<std::string> control(Libraries libraries, Loop& loop, std::span<const std::string> words);

/// The same for a library without partitions.
Result<std::string> control(Library& library, Loop& loop, std::span<const std::string> words);

/// The verbs of control(), for --help.
std::string control_help();

/// Listens on a unix socket for control() requests of this user and root.
///
/// State:  the socket, mode 0600; one left behind by a dead process is replaced
/// Errors: failed — names the path and why
Result<void> listen_for_control(Loop& loop, Libraries libraries, const std::string& path);

/// Sends one request to the process that listens at `path`; returns what it says.
/// Blocks: until answered
/// Errors: unreachable; what the other side answered
Result<std::string> request_control(const std::string& path, std::span<const std::string> words);

} // namespace changer::sim
