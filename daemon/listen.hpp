// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"
#include "support/unique_fd.hpp"

#include <string>

namespace changer::daemon {

/// A socket that accepts API clients.
struct ListeningSocket {
    UniqueFd fd;
    std::string unlink_path; ///< ours to remove at the end; empty under socket activation
};

/// Takes the socket systemd opened for us, if it did, else makes `path`, open to everybody: rights
/// decide, not file modes. A socket file that nobody answers is removed first.
///
/// Source:  sd_listen_fds(3)
/// Errors:  busy — another daemon answers there; failed — with what to do
Result<ListeningSocket> open_listening_socket(const std::string& path);

} // namespace changer::daemon
