// SPDX-License-Identifier: Apache-2.0
#include "support/clock.hpp"

#include <time.h>

#include <thread>

namespace changer {

BootClock::time_point BootClock::now() {
#ifdef CLOCK_BOOTTIME
    timespec spec{};
    clock_gettime(CLOCK_BOOTTIME, &spec);
    const auto since = std::chrono::seconds{spec.tv_sec} + std::chrono::nanoseconds{spec.tv_nsec};
#else
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
#endif
    return time_point{std::chrono::duration_cast<duration>(since)};
}

Now SystemClock::now() const {
    return {
        BootClock::now(),
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

void SystemClock::sleep_for(std::chrono::milliseconds duration) {
    std::this_thread::sleep_for(duration);
}

} // namespace changer
