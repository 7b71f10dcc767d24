// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/identity.hpp"

#include <string>

namespace changer {

/// Tells the serial number of the physical library behind a changer: partitions of one library
/// have serial numbers of their own, and share a door.
///
/// Source:  IBM 3584, TS3500, TS4500: 16 characters, the library's 12 and the first storage element
///          address of the logical library in hexadecimal ("0000078B1217" "0401" on an 03584L32).
///          IBM 3573-TL, Quantum Scalar i6000: "_LL" and the number of the logical library behind
///          it ("273101164_LL7")
/// Notes:   empty when the changer reports no serial number. Serial numbers of different vendors
///          say nothing of each other
std::string physical_serial(const Identity& identity);

} // namespace changer
