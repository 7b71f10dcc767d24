// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// Moves two cartridges in one command: what is in the first destination makes room for the
/// source, and goes to the second destination. A plain swap names the source there.
struct ExchangeMedium {
    ElementAddress transport{}; ///< 0 is most devices' default arm; send the one page 1Dh names
    ElementAddress source{};
    ElementAddress first_destination{};
    ElementAddress second_destination{};
    bool invert_first = false;  ///< INV1: the cartridge from the source
    bool invert_second = false; ///< INV2: the cartridge from the first destination
    /// Breece Hill: what its mail tray does, 0 to 3 (1: extends, 2: retracts); 0 for all others.
    std::uint8_t import_export_position = 0;

    bool operator==(const ExchangeMedium&) const = default;
};

/// Encodes EXCHANGE MEDIUM (A6h).  Source:  SMC-3, EXCHANGE MEDIUM command; byte 11: Breece Hill
/// Notes:   Linux' ch driver has INV1 and INV2 the other way round
constexpr Cdb encode(const ExchangeMedium& command) {
    return Cdb(opcode::exchange_medium, 12)
        .put(2, number(command.transport), 2)
        .put(4, number(command.source), 2)
        .put(6, number(command.first_destination), 2)
        .put(8, number(command.second_destination), 2)
        .put(10, (command.invert_first ? 0x02u : 0u) | (command.invert_second ? 0x01u : 0u), 1)
        .put(11, (command.import_export_position & 0x03u) << 6, 1);
}

/// Errors:  invalid_parameter — not this command
Result<ExchangeMedium> decode_exchange_medium(const Cdb& cdb);

} // namespace changer::scsi
