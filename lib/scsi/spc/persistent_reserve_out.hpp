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

/// Registers, reserves, or takes from others what they hold.
struct PersistentReserveOut {
    enum class Action : std::uint8_t {
        register_key = 0, ///< REGISTER
        reserve = 1,
        release = 2,
        clear = 3,
        preempt = 4,
        preempt_and_abort = 5,
        register_and_ignore_existing_key = 6,
    };
    static constexpr std::uint32_t list_length = 24;

    Action action = Action::register_key;
    /// Of reserve, release and preempt; the others send none.
    std::optional<ReservationType> type = std::nullopt;
    std::uint32_t parameter_list_length = list_length;

    bool operator==(const PersistentReserveOut&) const = default;
};

/// Encodes PERSISTENT RESERVE OUT (5Fh).  Source:  SPC-4, PERSISTENT RESERVE OUT command
/// Notes:   the scope is always the logical unit, 0
constexpr Cdb encode(const PersistentReserveOut& command) {
    return Cdb(opcode::persistent_reserve_out, 10)
        .put(1, static_cast<std::uint8_t>(command.action), 1)
        .put(2, command.type ? static_cast<std::uint8_t>(*command.type) : 0, 1)
        .put(5, command.parameter_list_length, 4);
}

/// Errors:  invalid_parameter — not this command, a service action, scope or type that does not
///          exist; a missing type where the action needs one is the device server's to refuse
Result<PersistentReserveOut> decode_persistent_reserve_out(const Cdb& cdb);

/// The parameter list.
struct PersistentReserveParameters {
    ReservationKey key{};                    ///< the sender's own, as registered
    ReservationKey service_action_key{};     ///< the one to register, or whose holder to preempt
    bool all_target_ports = false;           ///< ALL_TG_PT
    bool persist_through_power_loss = false; ///< APTPL
    std::optional<std::vector<TransportId>> initiators = std::nullopt; ///< with SPEC_I_PT

    bool operator==(const PersistentReserveParameters&) const = default;
};

/// Decodes the parameter list of every action above.
///
/// Source:  SPC-4, basic PERSISTENT RESERVE OUT parameter list
/// Errors:  malformed_response — fewer than 24 bytes; TransportIDs announced and cut short
Result<PersistentReserveParameters>
decode_persistent_reserve_parameters(std::span<const std::byte> received);

Bytes encode_persistent_reserve_parameters(const PersistentReserveParameters& parameters);

} // namespace changer::scsi
