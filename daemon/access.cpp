// SPDX-License-Identifier: Apache-2.0
#include "access.hpp"

#include <algorithm>

namespace changer::daemon {
namespace {

bool is_meant(const Grant& grant, const Peer& peer) {
    switch (grant.kind) {
    case AccessEntry::Kind::user:
        return !peer.token && is_nameable(peer.uid) && grant.number == peer.uid;
    case AccessEntry::Kind::group:
        if (peer.token || !is_nameable(grant.number))
            return false;
        return grant.number == peer.gid ||
               std::find(peer.groups.begin(), peer.groups.end(), grant.number) != peer.groups.end();
    case AccessEntry::Kind::token:
        return peer.token && *peer.token == grant.token;
    }
    return false;
}

Rights sum_of(const std::vector<Grant>& grants, const Peer& peer) {
    Rights rights;
    for (const Grant& grant : grants)
        if (is_meant(grant, peer)) {
            rights.use = rights.use || grant.rights.use;
            rights.modify = rights.modify || grant.rights.modify;
            rights.control = rights.control || grant.rights.control;
        }
    return rights;
}

} // namespace

bool Access::has_all(const Peer& peer) const {
    return !peer.token && is_nameable(peer.uid) && (peer.uid == 0 || peer.uid == own_uid_);
}

Rights Access::rights(const Peer& peer, std::string_view library) const {
    if (has_all(peer))
        return {.use = true, .modify = true, .control = true};
    const auto grants = list_.find(library);
    return grants == list_.end() ? Rights{} : sum_of(grants->second, peer);
}

bool Access::admitted(const Peer& peer) const {
    return has_all(peer) || std::any_of(list_.begin(), list_.end(), [&](const auto& entry) {
               return sum_of(entry.second, peer).use;
           });
}

} // namespace changer::daemon
