// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changerctl/command.hpp"

#include <string>
#include <vector>

namespace changer::ctl {

/// Runs one command line (without the program's name) and returns the exit code of the table:
/// 130 when Ctrl-C ended a wait.
int run(const std::vector<std::string>& words, Io& io);

} // namespace changer::ctl
