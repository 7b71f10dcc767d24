// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changerctl/command.hpp"

#include <optional>
#include <string>
#include <vector>

namespace changer::ctl {

/// A command line understood.
struct Invocation {
    const Command* command = nullptr; ///< none: only `text` is to be printed
    Globals globals;
    Arguments arguments;
    std::string text; ///< the help or the version that was asked for
};

/// Reads a command line (without the program's name) against the table.
/// Errors:  usage — a sentence that names what is wrong with it
Result<Invocation> parse_command_line(const std::vector<std::string>& words);

/// Reads a number of seconds.
/// Errors:  usage — not a whole number from 0 to `largest`
Result<std::chrono::seconds> parse_seconds(const std::string& text, std::int64_t largest);

} // namespace changer::ctl
