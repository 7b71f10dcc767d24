// SPDX-License-Identifier: Apache-2.0
#include "changerctl/run.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <iostream>

namespace {

int wake_fd = -1; ///< the end of the pipe that the signal handler writes to

extern "C" void on_interrupt(int) {
    const char byte = 0;
    // A full pipe has woken the reader already.
    if (::write(wake_fd, &byte, 1) < 0)
        return;
}

/// Makes Ctrl-C readable; a second one ends the program.
int interrupt_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    wake_fd = ends[1];

    struct sigaction action {};

    action.sa_handler = on_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    return ends[0];
}

std::size_t terminal_columns() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20;
    return known ? size.ws_col : 80;
}

} // namespace

int main(int argc, char** argv) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
    const char* no_colour = ::getenv("NO_COLOR");
    changer::ctl::Io io{
        .out = std::cout,
        .err = std::cerr,
        .progress_line = ::isatty(STDERR_FILENO) != 0,
        .colour = ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0'),
        .columns = terminal_columns(),
        .interrupt_fd = interrupt_pipe(),
    };
    return changer::ctl::run(std::vector<std::string>(argv + 1, argv + argc), io);
}
