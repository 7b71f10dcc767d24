// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/iscsi_options.hpp"
#include "transport/transport.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace changer {

struct OpenOptions {
    IscsiOptions iscsi = {};
    std::string record_to = {}; ///< a trace of every command is appended to this file
};

/// Opens a device by its URL:
///   /dev/sg3, /dev/tape/by-id/...   a device of this machine
///   iscsi://host[:port]/target/lun  a device behind an iSCSI target
///   replay:FILE                     a recorded trace
///
/// Errors: invalid_parameter — no such scheme, or the URL is not well formed; the backend's own
Result<std::unique_ptr<Transport>> open_transport(std::string_view url,
                                                  const OpenOptions& options = {});

} // namespace changer
