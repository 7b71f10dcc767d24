// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"
#include "support/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace changer::daemon {

/// A socket that accepts API clients.
struct ListeningSocket {
    UniqueFd fd;
    std::string unlink_path = {}; ///< ours to remove at the end; empty under socket activation
    std::uint16_t tcp_port = 0;   ///< 0: a unix socket
};

/// Where to listen for TCP: an address of this machine alone.
struct TcpAddress {
    std::string address;    ///< "127.0.0.1" or "::1"
    std::uint16_t port = 0; ///< 0: the system chooses one

    bool operator==(const TcpAddress&) const = default;
};

/// Reads "127.0.0.1:9620" or "[::1]:9620"; no name is looked up.
///
/// Errors:  invalid_parameter — another address, or no port
Result<TcpAddress> parse_tcp_address(std::string_view text);

/// Listens at a TCP port.
///
/// Errors:  failed — with what to do
Result<ListeningSocket> open_tcp_socket(const TcpAddress& address);

/// Takes the socket systemd opened for us, if it did, else makes `path`, open to everybody: rights
/// decide, not file modes. A socket file that nobody answers is removed first.
///
/// Source:  sd_listen_fds(3)
/// Errors:  busy — another daemon answers there; failed — with what to do
Result<ListeningSocket> open_listening_socket(const std::string& path);

} // namespace changer::daemon
