// SPDX-License-Identifier: Apache-2.0
#include "mtx/program.hpp"

#include "changer/motion_lock.hpp"
#include "client/interrupt.hpp"
#include "mtx/run.hpp"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace changer::mtx {
namespace {

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
    // A job of the daemon is cancelled then, a move that runs is seen to its end.
    environment.interrupt_fd = client::interrupt_pipe({SIGINT, SIGTERM, SIGHUP});
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
