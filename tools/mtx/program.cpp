// SPDX-License-Identifier: Apache-2.0
#include "mtx/program.hpp"

#include "changer/motion_lock.hpp"
#include "mtx/run.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace changer::mtx {
namespace {

int wake_fd = -1; ///< the end of the pipe that the signal handler writes to

extern "C" void on_end_wanted(int) {
    const char byte = 0;
    // A full pipe has woken the reader already.
    if (::write(wake_fd, &byte, 1) < 0)
        return;
}

/// Makes the wish for an end readable: a job of the daemon is cancelled then, a move that runs is
/// seen to its end. A second signal of a kind ends the program.
int interrupt_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    wake_fd = ends[1];

    struct sigaction action {};

    action.sa_handler = on_end_wanted;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(signal, &action, nullptr);
    return ends[0];
}

Write writer(int fd) {
    return [fd](std::string_view text) {
        while (!text.empty()) {
            const auto written = ::write(fd, text.data(), text.size());
            if (written < 0 && errno != EINTR)
                return false;
            text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
        }
        return true;
    };
}

const char* variable(const char* name) {
    return ::getenv(name); // NOLINT(concurrency-mt-unsafe): there is one thread
}

Environment environment() {
    Environment environment{.lock_directory = motion_lock_directory};
    for (const char* const name : {"CHANGER", "TAPE", "MTX_WAIT"})
        if (const char* const value = variable(name))
            environment.variables[name] = value;
    if (const char* const socket = variable("CHANGER_SOCKET"))
        environment.daemon_socket = socket;
    if (const char* const directory = variable("CHANGER_LOCK_DIRECTORY"))
        environment.lock_directory = directory;
    environment.interrupt_fd = interrupt_pipe();
    return environment;
}

bool is_loaderinfo(std::string_view program) {
    return program.substr(program.rfind('/') + 1) == "loaderinfo";
}

} // namespace

int run_program(int argc, char** argv, const Opener& opener) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto run = argc > 0 && is_loaderinfo(argv[0]) ? run_loaderinfo : run_mtx;
    return run(arguments, environment(), {writer(STDOUT_FILENO), writer(STDERR_FILENO)}, opener);
}

} // namespace changer::mtx
