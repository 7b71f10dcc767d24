// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace changer::scsi {

/// What an initiator registers, and shows again to act on a reservation; 0 is none.
enum class ReservationKey : std::uint64_t {};

/// Who may still use the unit.  Source:  SPC-4, persistent reservation type codes
enum class ReservationType : std::uint8_t {
    write_exclusive = 0x1,
    exclusive_access = 0x3,
    write_exclusive_registrants_only = 0x5,
    exclusive_access_registrants_only = 0x6,
    write_exclusive_all_registrants = 0x7,
    exclusive_access_all_registrants = 0x8,
};

/// Says whether this is one of the types above.
constexpr bool exists(ReservationType type) {
    const auto code = static_cast<unsigned>(type);
    return code == 1 || code == 3 || (code >= 5 && code <= 8);
}

/// A reservation that stands. Its scope is the logical unit: SPC-4 knows no other.
struct PersistentReservation {
    ReservationKey key{}; ///< 0 for the two types of all registrants
    ReservationType type = ReservationType::write_exclusive; ///< any 4-bit value

    bool operator==(const PersistentReservation&) const = default;
};

/// Names a type: "exclusive access, registrants only"; empty for one that does not exist.
std::string_view describe(ReservationType type);

} // namespace changer::scsi
