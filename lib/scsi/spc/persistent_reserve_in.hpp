// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/spc/persistent_reservation.hpp"
#include "scsi/spc/transport_id.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace changer::scsi {

/// Asks who has registered and reserved; changes nothing, and is answered whoever has.
struct PersistentReserveIn {
    enum class Action : std::uint8_t {
        read_keys = 0,
        read_reservation = 1,
        report_capabilities = 2,
        read_full_status = 3,
    };

    Action action = Action::read_keys;
    std::uint16_t allocation_length = 4096;

    bool operator==(const PersistentReserveIn&) const = default;
};

/// Encodes PERSISTENT RESERVE IN (5Eh).  Source:  SPC-4, PERSISTENT RESERVE IN command
constexpr Cdb encode(const PersistentReserveIn& command) {
    return Cdb(opcode::persistent_reserve_in, 10)
        .put(1, static_cast<std::uint8_t>(command.action), 1)
        .put(7, command.allocation_length, 2);
}

/// Errors:  invalid_parameter — not this command, or a service action that does not exist
Result<PersistentReserveIn> decode_persistent_reserve_in(const Cdb& cdb);

/// READ KEYS data.
struct RegisteredKeys {
    std::uint32_t generation = 0;          ///< counts the changes of registrations
    std::vector<ReservationKey> keys = {}; ///< one for each registered path: they repeat
    bool cut = false;                      ///< there are more behind the data received

    bool operator==(const RegisteredKeys&) const = default;
};

/// READ RESERVATION data.
struct CurrentReservation {
    std::uint32_t generation = 0;
    std::optional<PersistentReservation> reservation = std::nullopt; ///< none: nobody holds one

    bool operator==(const CurrentReservation&) const = default;
};

/// REPORT CAPABILITIES data.
struct ReservationCapabilities {
    bool compatible_reservation_handling = false; ///< CRH: RESERVE(6) from registrants is harmless
    bool specify_initiator_ports = false;         ///< SIP_C
    bool all_target_ports = false;                ///< ATP_C
    bool persist_through_power_loss = false;      ///< PTPL_C: can
    bool persists_now = false;                    ///< PTPL_A: does
    std::uint8_t allow_commands = 0;              ///< 3 bits, see SPC-4
    std::optional<std::vector<ReservationType>> types = std::nullopt; ///< none: not told (TMV 0)

    bool operator==(const ReservationCapabilities&) const = default;
};

/// One registration, as READ FULL STATUS tells it.
struct Registration {
    ReservationKey key{};
    bool all_target_ports = false;
    std::uint16_t relative_target_port = 0;
    /// What this one holds, or shares with all registrants; none: it is registered only.
    std::optional<ReservationType> holds = std::nullopt;
    TransportId initiator = {};

    bool operator==(const Registration&) const = default;
};

/// READ FULL STATUS data.
struct RegistrationStatus {
    std::uint32_t generation = 0;
    std::vector<Registration> registrations = {};
    bool cut = false; ///< there are more behind the data received

    bool operator==(const RegistrationStatus&) const = default;
};

/// Decodes READ KEYS data: every whole key.
///
/// Source:  SPC-4, PERSISTENT RESERVE IN, READ KEYS service action
/// Errors:  malformed_response — a truncated header
Result<RegisteredKeys> decode_registered_keys(std::span<const std::byte> received);

/// Decodes READ RESERVATION data.
///
/// Source:  SPC-4, PERSISTENT RESERVE IN, READ RESERVATION service action
/// Errors:  malformed_response — a truncated header; a reservation announced and cut short
Result<CurrentReservation> decode_current_reservation(std::span<const std::byte> received);

/// Decodes REPORT CAPABILITIES data.
///
/// Source:  SPC-4, PERSISTENT RESERVE IN, REPORT CAPABILITIES service action
/// Errors:  malformed_response — fewer than 6 bytes, received or announced
Result<ReservationCapabilities>
decode_reservation_capabilities(std::span<const std::byte> received);

/// Decodes READ FULL STATUS data: every whole registration.
///
/// Source:  SPC-4, PERSISTENT RESERVE IN, READ FULL STATUS service action
/// Errors:  malformed_response — a truncated header
/// Notes:   an initiator whose TransportID does not fill what its descriptor announces is kept,
/// with
///          what there is of it
Result<RegistrationStatus> decode_registration_status(std::span<const std::byte> received);

Bytes encode_registered_keys(const RegisteredKeys& keys);
Bytes encode_current_reservation(const CurrentReservation& current);
Bytes encode_reservation_capabilities(const ReservationCapabilities& capabilities);
Bytes encode_registration_status(const RegistrationStatus& status);

} // namespace changer::scsi
