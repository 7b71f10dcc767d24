// SPDX-License-Identifier: Apache-2.0

/// Preloaded into changerd: a thread of it gets stuck, and time flies. The file that CHANGER_STUCK
/// names says "HANG SECONDS": while HANG is 1, whoever waits in poll() stays there, whatever
/// arrives; the monotonic clock is ahead by SECONDS. Read each time, so that both can be set while
/// the daemon runs. The loop waits in epoll and is not touched: poll() is the device thread's.
/// As soon as a thread is stuck, a file with ".hangs" behind that name is there.
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

namespace {

/// What the file says.
struct Trouble {
    int hang = 0;
    long seconds = 0;
};

const char* file_name() {
    return ::getenv("CHANGER_STUCK");
}

/// Allocates nothing, and calls nothing that a sanitizer watches: its runtime asks for the time,
/// and may hold its own locks while it waits for the answer.
Trouble trouble() {
    const char* const name = file_name();
    const long file =
        name != nullptr ? ::syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (file < 0)
        return {};
    std::array<char, 64> text{};
    const long length = ::syscall(SYS_read, file, text.data(), text.size() - 1);
    ::syscall(SYS_close, file);
    if (length <= 0)
        return {};
    char* rest = nullptr;
    const long hang = ::strtol(text.data(), &rest, 10);
    return {static_cast<int>(hang), ::strtol(rest, nullptr, 10)};
}

/// Stays here while the file says so.
void hang() {
    const std::string mark = std::string(file_name()) + ".hangs";
    if (FILE* const file = ::fopen(mark.c_str(), "we"))
        ::fclose(file);
    while (trouble().hang != 0) {
        const timespec moment{0, 10'000'000};
        ::nanosleep(&moment, nullptr);
    }
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, timespec* time) {
    static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
    const int answer = real(clock, time);
    if (answer == 0 && clock == CLOCK_MONOTONIC)
        time->tv_sec += trouble().seconds;
    return answer;
}

__attribute__((visibility("default"))) int poll(pollfd* entries, nfds_t count, int timeout) {
    static auto* const real = next<int(pollfd*, nfds_t, int)>("poll");
    constexpr int slice = 20; // milliseconds
    for (int left = timeout;; left -= slice) {
        if (trouble().hang != 0)
            hang();
        const int ready = real(entries, count, timeout < 0 ? slice : std::min(left, slice));
        if (ready != 0 || (timeout >= 0 && left <= slice))
            return ready;
    }
}
}
