// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace changer::daemon {

/// Levels by audience, numbered as the journal numbers them.
enum class Level : std::uint8_t {
    error = 3,   ///< somebody must act
    warning = 4, ///< somebody should know
    notice = 5,  ///< a library or a job changed its state
    info = 6,    ///< how it came about
};

/// Writes one line to stderr; under systemd with the prefix that carries its level.
///
/// Thread:  any
void log(Level level, std::string_view text);

} // namespace changer::daemon
