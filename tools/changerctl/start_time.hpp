// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"
#include "support/result.hpp"

#include <string>

namespace changer::ctl {

/// Reads when a job may start, and writes it as the API takes it: "2026-01-31T22:00:00Z" as it is;
/// "22:00" is the next time the clock of this host shows it.
/// Errors:  usage — neither
Result<std::string> parse_start_time(const std::string& text, WallTime now);

} // namespace changer::ctl
