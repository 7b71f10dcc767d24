// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace changer::daemon {

/// Who is at the other end of a unix socket, as the kernel said when the connection was accepted.
struct Peer {
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);
    std::vector<gid_t> groups = {}; ///< supplementary groups; empty when they could not be read

    bool operator==(const Peer&) const = default;
};

/// Reads the peer of a connected unix socket; none if the kernel does not tell.
///
/// Source:  unix(7) SO_PEERCRED; SO_PEERGROUPS (Linux 4.13). Never the pid: it may be another
///          process by the time it is looked at
std::optional<Peer> read_peer(int socket);

/// Writes a peer as jobs record it: "uid:1000".
std::string principal(const Peer& peer);

} // namespace changer::daemon
