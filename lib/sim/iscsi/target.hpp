// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/loop.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace changer::sim::iscsi {

/// Where a target is to be reached: a loopback address, nothing else.
struct ListenAddress {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: any free one

    /// Errors: invalid_parameter — not ADDRESS:PORT, or not a loopback address
    static Result<ListenAddress> parse(std::string_view text);
};

/// Serves a library as an iSCSI target: LUN 0 the changer, LUN 1... its drives.
class Target {
  public:
    /// Begins to listen; connections are served as `loop` runs.
    /// Errors: failed — names the address and why
    static Result<Target> listen(Loop& loop,
                                 Library& library,
                                 const Clock& clock,
                                 const ListenAddress& address,
                                 std::string_view name);

    /// "iscsi://127.0.0.1:3260/iqn.../0"
    std::string url(std::uint64_t lun) const;

    std::uint16_t port() const { return address_.port; }

  private:
    ListenAddress address_;
    std::string name_;
};

} // namespace changer::sim::iscsi
