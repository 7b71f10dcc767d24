// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/spc/persistent_reserve_in.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <functional>
#include <string>

namespace changer {

/// Asks who has reserved a device, in words that end a sentence: "held by iscsi
/// iqn.2004-10.org.example:host (key 0x00000000000000ab), exclusive access". `ask` sends one
/// PERSISTENT RESERVE IN, which a reservation never stands in the way of.
///
/// Source:  SPC-4, PERSISTENT RESERVE IN: READ FULL STATUS names initiators, READ RESERVATION keys
std::string
reservation_holder(const std::function<Result<Bytes>(const scsi::PersistentReserveIn&)>& ask);

} // namespace changer
