// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/clock.hpp"
#include "transport/iscsi_options.hpp"
#include "transport/transport.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace changer {

struct OpenOptions {
    IscsiOptions iscsi = {};
    std::string record_to = {}; ///< a trace of every command is appended to this file
    Clock* clock = nullptr;     ///< a simulated library lives by it; null: the machine's
};

/// Opens a device by its URL:
///   /dev/sg3, /dev/tape/by-id/...   a device of this machine
///   iscsi://host[:port]/target/lun  a device behind an iSCSI target
///   sim:default?slots=24&drives=2   a simulated library in this process: see sim::parse_options;
///                                   each opening makes one of its own, its changer is opened
///   replay:FILE                     a recorded trace
///
/// Errors: invalid_parameter — no such scheme, or the URL is not well formed; the backend's own
Result<std::unique_ptr<Transport>> open_transport(std::string_view url,
                                                  const OpenOptions& options = {});

} // namespace changer
