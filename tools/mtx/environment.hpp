// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/client.hpp"
#include "mtx/output.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "transport/transport.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace changer::mtx {

/// Opens a device by the name it was given on the command line.
using Opener = std::function<Result<std::unique_ptr<Transport>>(const std::string& device)>;

/// What mtx takes from the world around it, apart from its arguments; a test passes its own.
struct Environment {
    std::map<std::string, std::string> variables = {}; ///< CHANGER, TAPE, MTX_WAIT
    std::filesystem::path sysfs = "/sys";
    std::filesystem::path lock_directory = "/run/lock";
    std::string daemon_socket{client::default_socket};
    Clock* clock = nullptr; ///< null: the machine's
    int interrupt_fd = -1;  ///< readable: the user, or whoever called, wants it to stop
    std::chrono::milliseconds patience{30'000}; ///< for one answer of the daemon
};

/// Where text goes.
struct Streams {
    Write out;
    Write err;
};

/// What every part of a run shares.
struct Context {
    const Environment& environment;
    Clock& clock;
    Output& out;
    Output& err;
    std::chrono::seconds wait; ///< for the library: MTX_WAIT

    /// Writes one line to standard error at once.
    void say(std::string_view line) const { err.put(line).put("\n").flush(); }

    bool interrupted() const { return client::is_readable(environment.interrupt_fd); }
};

} // namespace changer::mtx
