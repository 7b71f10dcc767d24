// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device_thread.hpp"
#include "jobs/engine.hpp"

namespace changer::daemon {

/// Puts what the changer said of itself into the jobs' words; jobs know no devices.
jobs::DeviceInfo device_info(const DeviceFacts& facts);

} // namespace changer::daemon
