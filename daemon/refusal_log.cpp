// SPDX-License-Identifier: Apache-2.0
#include "refusal_log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace changer::daemon {
namespace {

constexpr std::size_t longest_call = 256; // a path is up to 8 KiB

} // namespace

void RefusalLog::refused(const std::string& principal,
                         std::string_view call,
                         std::string_view why,
                         const Now& now) {
    if (counts_.empty() || now.steady - minute_ >= std::chrono::minutes{1}) {
        tell_left_out();
        minute_ = now.steady;
    }
    const bool known = counts_.count(principal) > 0 || counts_.size() < limits_.principals;
    Count& count = counts_[known ? principal : std::string("others")];
    if (count.lines == limits_.lines) {
        ++count.left_out;
        return;
    }
    ++count.lines;
    write_(fmt::format("refused {}: {}: {}", principal, call.substr(0, longest_call), why));
}

void RefusalLog::tell_left_out() {
    for (const auto& entry : std::exchange(counts_, {}))
        if (entry.second.left_out > 0)
            write_(fmt::format("refused {}: {} more calls", entry.first, entry.second.left_out));
}

} // namespace changer::daemon
