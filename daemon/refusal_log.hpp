// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace changer::daemon {

/// Writes refusals to the log, with who was refused what. A client that is refused again and again
/// cannot fill the log: of each, so many lines a minute are written, and the rest is counted.
///
/// Thread:  the loop
class RefusalLog {
  public:
    struct Limits {
        std::size_t lines = 20;       ///< of one principal in a minute
        std::size_t principals = 256; ///< whose lines are counted apart; all others are one
    };

    using Write = std::function<void(const std::string& line)>;

    RefusalLog(Write write, Limits limits)
        : write_(std::move(write))
        , limits_(limits) {}

    explicit RefusalLog(Write write)
        : RefusalLog(std::move(write), Limits{}) {}

    /// `call` is the method and the path; `why` what the caller was told.
    void refused(const std::string& principal,
                 std::string_view call,
                 std::string_view why,
                 const Now& now);

  private:
    struct Count {
        std::size_t lines = 0;
        std::size_t left_out = 0;
    };

    void tell_left_out();

    Write write_;
    Limits limits_;
    std::map<std::string, Count, std::less<>> counts_;
    decltype(Now::steady) minute_{};
};

} // namespace changer::daemon
