// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace changer::daemon {

/// Who is at the other end of a connection. On the unix socket that is as the kernel said when the
/// connection was accepted; over TCP there is no user, and each request proves its token.
struct Peer {
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);
    std::vector<gid_t> groups = {}; ///< supplementary groups; empty when they could not be read
    std::optional<std::string> token = std::nullopt; ///< the name of the token that was proved

    bool operator==(const Peer&) const = default;
};

/// Reads the peer of a connected unix socket; none if the kernel does not tell.
///
/// Source:  unix(7) SO_PEERCRED; SO_PEERGROUPS (Linux 4.13). Never the pid: it may be another
///          process by the time it is looked at
std::optional<Peer> read_peer(int socket);

/// Tells whether an id names one user or group. The overflow id (/proc/sys/kernel/overflowuid)
/// stands for all that this namespace cannot name, and -1 for none.
constexpr bool is_nameable(id_t id) {
    return id != 65534 && id != static_cast<id_t>(-1);
}

/// Writes a peer as jobs record it: "uid:1000", "token:backup"; "nobody" for one without either.
std::string principal(const Peer& peer);

} // namespace changer::daemon
