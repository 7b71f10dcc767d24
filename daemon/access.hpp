// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access_list.hpp"
#include "config.hpp"
#include "peer.hpp"

#include <string_view>
#include <utility>

namespace changer::daemon {

/// Decides who may do what: the only place where that is decided.
///
/// Thread:  the loop
class Access {
  public:
    /// `own_uid` is the daemon's: it and root have every right everywhere.
    explicit Access(uid_t own_uid, AccessList list = {})
        : own_uid_(own_uid)
        , list_(std::move(list)) {}

    /// Returns what `peer` may do in `library`: the sum of what he, his groups or his token are
    /// given. Nothing at all means that he does not see it.
    Rights rights(const Peer& peer, std::string_view library) const;

    /// Tells whether `peer` sees anything of this daemon.
    bool admitted(const Peer& peer) const;

    /// Decides by another list from now on.
    void replace(AccessList list) { list_ = std::move(list); }

  private:
    bool has_all(const Peer& peer) const;

    uid_t own_uid_;
    AccessList list_;
};

} // namespace changer::daemon
