// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.hpp"
#include "peer.hpp"

#include <string_view>

namespace changer::daemon {

/// Decides who may do what: the only place where that is decided.
class Access {
  public:
    /// `own_uid` is the daemon's: it and root have every right everywhere.
    explicit Access(uid_t own_uid)
        : own_uid_(own_uid) {}

    /// Returns what `peer` may do in `library`; nothing at all means that it does not see it.
    Rights rights(const Peer& peer, std::string_view library) const;

    /// Tells whether `peer` sees anything of this daemon.
    bool admitted(const Peer& peer) const { return rights(peer, "").use; }

  private:
    uid_t own_uid_;
};

} // namespace changer::daemon
