// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#include <fmt/format.h>

#include <sys/socket.h>

#include <cerrno>

namespace changer::daemon {
namespace {

std::vector<gid_t> read_groups(int socket) {
    std::vector<gid_t> groups(64);
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
            groups.resize(size / sizeof(gid_t));
            return groups;
        }
        if (errno != ERANGE)
            break;
        groups.resize(size / sizeof(gid_t)); // the kernel said how many there are
    }
    return {};
}

} // namespace

std::optional<Peer> read_peer(int socket) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return Peer{.uid = credentials.uid, .gid = credentials.gid, .groups = read_groups(socket)};
}

std::string principal(const Peer& peer) {
    if (peer.token)
        return "token:" + *peer.token;
    return peer.uid == static_cast<uid_t>(-1) ? "nobody" : fmt::format("uid:{}", peer.uid);
}

} // namespace changer::daemon
