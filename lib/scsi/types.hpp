// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace changer::scsi {

/// What a changer calls one of its elements; 0 is a legal address.
/// Source:  SMC-3 4.2
enum class ElementAddress : std::uint16_t {};

constexpr std::uint16_t number(ElementAddress address) {
    return static_cast<std::uint16_t>(address);
}

/// Source:  SMC-3, element type codes
enum class ElementType : std::uint8_t {
    any = 0,
    transport = 1,     ///< the arm
    storage = 2,       ///< a slot
    import_export = 3, ///< a mail slot
    data_transfer = 4, ///< a drive
};

/// Source:  SAM-5, status codes
enum class Status : std::uint8_t {
    good = 0x00,
    check_condition = 0x02,
    busy = 0x08,
    reservation_conflict = 0x18,
    task_set_full = 0x28,
    task_aborted = 0x40,
};

/// Peripheral device types that matter here.  Source:  SPC-4, INQUIRY
enum class DeviceType : std::uint8_t { tape = 0x01, changer = 0x08, unknown = 0x1F };

} // namespace changer::scsi
