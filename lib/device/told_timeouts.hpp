// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/timeouts.hpp"

namespace changer {

class Device;

/// Asks a device how long what moves its robot may take: REPORT SUPPORTED OPERATION CODES with
/// RCTD, else page D0h where a device of IBM's 3573 class lists it.
///
/// Source:  SPC-4, command timeouts descriptor; lib/scsi/smc/vendor_timeouts.hpp
/// Notes:   a time told is taken for no less than five minutes, which is what Linux' ch driver and
///          mtx give every move, and no more than a day. A failure to answer tells nothing.
Timeouts ask_timeouts(Device& device);

} // namespace changer
