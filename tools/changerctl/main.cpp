// SPDX-License-Identifier: Apache-2.0
#include "changerctl/run.hpp"
#include "client/interrupt.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

namespace {

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
        .interrupt_fd = changer::client::interrupt_pipe({SIGINT}),
    };
    return changer::ctl::run(std::vector<std::string>(argv + 1, argv + argc), io);
}
