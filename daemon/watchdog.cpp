// SPDX-License-Identifier: Apache-2.0
#include "watchdog.hpp"

#include "log.hpp"
#include "notify.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace changer::daemon {
namespace {

std::optional<std::uint64_t> number_in(const char* variable) {
    const char* value = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value == nullptr)
        return std::nullopt;
    const std::string_view text(value);
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return number;
}

} // namespace

std::optional<WatchTime> Activity::deadline() const {
    const WatchTime::rep deadline = deadline_;
    if (deadline == idle_mark)
        return std::nullopt;
    return WatchTime{WatchTime::duration{deadline}};
}

std::shared_ptr<Activity> Workers::add(std::string name) {
    auto activity = std::make_shared<Activity>(std::move(name));
    std::erase_if(activities_, [](const auto& gone) { return gone.expired(); });
    activities_.push_back(activity);
    return activity;
}

std::optional<std::string> Workers::overdue(WatchTime now) const {
    for (const auto& entry : activities_) {
        const auto activity = entry.lock();
        const auto deadline = activity ? activity->deadline() : std::nullopt;
        if (deadline && *deadline < now)
            return activity->name();
    }
    return std::nullopt;
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    const auto interval = number_in("WATCHDOG_USEC");
    const auto pid = number_in("WATCHDOG_PID");
    constexpr std::uint64_t longest = std::uint64_t{24} * 3600 * 1000 * 1000;
    if (!interval || *interval == 0 || *interval > longest)
        return std::nullopt;
    if (pid && *pid != static_cast<std::uint64_t>(::getpid()))
        return std::nullopt;
    return std::chrono::microseconds{*interval};
}

Watchdog::Watchdog(Loop& loop, const Workers& workers, std::chrono::microseconds interval)
    : loop_(&loop)
    , workers_(&workers)
    , pause_(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(interval / 2),
                      std::chrono::milliseconds{1})) {
    look();
}

void Watchdog::look() {
    const auto overdue = workers_->overdue(std::chrono::steady_clock::now());
    if (!overdue)
        notify("WATCHDOG=1");
    if (overdue && !silent_)
        log(Level::error,
            fmt::format("{} has been at it longer than it ever may: the service manager is not "
                        "told any more that all is well",
                        *overdue));
    silent_ = overdue.has_value();
    loop_->after(pause_, [this, alive = alive_] {
        if (*alive)
            look();
    });
}

} // namespace changer::daemon
