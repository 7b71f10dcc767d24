// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "transport/transport.hpp"

namespace changer::mtx {

/// Reads standard INQUIRY data as it is, from whatever device it is: what `inquiry` prints is what
/// was sent.
///
/// Errors: device_refused; transport's
Result<Bytes> read_raw_inquiry(Transport& transport, Clock& clock);

} // namespace changer::mtx
