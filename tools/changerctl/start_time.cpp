// SPDX-License-Identifier: Apache-2.0
#include "changerctl/start_time.hpp"

#include "support/text.hpp"

#include <fmt/format.h>

#include <time.h>

#include <optional>

namespace changer::ctl {
namespace {

/// Reads "HH:MM" to minutes of the day.
std::optional<int> minutes_of_day(const std::string& text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
        return std::nullopt;
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour > 23 || minute > 59)
        return std::nullopt;
    return hour * 60 + minute;
}

/// Returns the instant of a minute of the local day that is `days` after that of `now`.
std::time_t local_instant(std::time_t now, int minutes, int days) {
    std::tm local{};
    ::localtime_r(&now, &local);
    local.tm_mday += days;
    local.tm_hour = minutes / 60;
    local.tm_min = minutes % 60;
    local.tm_sec = 0;
    local.tm_isdst = -1; // let the rules of the place decide
    return ::mktime(&local);
}

} // namespace

Result<std::string> parse_start_time(const std::string& text, WallTime now) {
    if (const auto instant = from_rfc3339(text))
        return to_rfc3339(*instant);
    const auto minutes = minutes_of_day(text);
    if (!minutes)
        return Error{Code::usage,
                     fmt::format("\"{}\" is neither a time of day (22:00) nor an instant in UTC "
                                 "(2026-01-31T22:00:00Z)",
                                 text)};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    std::time_t start = local_instant(seconds, *minutes, 0);
    if (start <= seconds)
        start = local_instant(seconds, *minutes, 1);
    return to_rfc3339(WallTime{std::chrono::seconds{start}});
}

} // namespace changer::ctl
