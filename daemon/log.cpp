// SPDX-License-Identifier: Apache-2.0
#include "log.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace changer::daemon {

void log(Level level, std::string_view text) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
    static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    std::string line = journal ? fmt::format("<{}>", static_cast<int>(level)) : "changerd: ";
    for (const char c : text) // a device's bytes must not forge a line
        line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    line += '\n';
    // One write a line: lines of several threads do not mix. A log that is gone stops nothing.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace changer::daemon
