// SPDX-License-Identifier: Apache-2.0
#include "client/interrupt.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>

namespace changer::client {
namespace {

int wake_fd = -1; ///< the end of the pipe that the signal handler writes to

extern "C" void on_interrupt(int) {
    const char byte = 0;
    // A full pipe has woken the reader already.
    if (::write(wake_fd, &byte, 1) < 0)
        return;
}

} // namespace

int interrupt_pipe(std::initializer_list<int> signals) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    wake_fd = ends[1];

    struct sigaction action {};

    action.sa_handler = on_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : signals)
        ::sigaction(signal, &action, nullptr);
    return ends[0];
}

} // namespace changer::client
