// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace changer::daemon {

/// Tells the service manager something: "READY=1", "STATUS=...", "STOPPING=1". Does nothing when
/// no manager listens.
///
/// Blocks:  for a second when the manager does not read; "WATCHDOG=1" is dropped instead
/// Source:  sd_notify(3): one datagram to the socket named by NOTIFY_SOCKET
void notify(std::string_view state);

} // namespace changer::daemon
