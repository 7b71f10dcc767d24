// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive/label_reading.hpp"
#include "library/identification.hpp"

namespace changer::daemon {

/// Puts what a drive found into the library's words, which know no drives; who looked, and when, is
/// added by others.
library::Identification identification_of(const LabelReading& reading);

} // namespace changer::daemon
