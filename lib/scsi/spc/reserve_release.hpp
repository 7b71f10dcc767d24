// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace changer::scsi {

/// The two lengths of RESERVE and RELEASE.
enum class ReserveForm : std::uint8_t { six, ten };

/// Some elements, under a number that RELEASE names again; the list of elements is data.
struct ElementReservation {
    std::uint8_t identification = 0;
    std::uint16_t list_length = 0; ///< of RESERVE alone; 0: all elements

    bool operator==(const ElementReservation&) const = default;
};

/// Keeps other initiators away until RELEASE, a reset or the loss of the connection.
struct Reserve {
    ReserveForm form = ReserveForm::six;
    std::optional<ElementReservation> elements = std::nullopt; ///< none: the whole unit

    bool operator==(const Reserve&) const = default;
};

/// Gives back what RESERVE has taken.
struct Release {
    ReserveForm form = ReserveForm::six;
    std::optional<std::uint8_t> identification = std::nullopt; ///< none: the whole unit

    bool operator==(const Release&) const = default;
};

/// Encodes RESERVE (16h) or (56h).  Source:  SPC-2, RESERVE(6) and (10); SMC-2, RESERVE ELEMENT
constexpr Cdb encode(const Reserve& command) {
    const bool ten = command.form == ReserveForm::ten;
    Cdb cdb(ten ? opcode::reserve_10 : opcode::reserve_6, ten ? 10 : 6);
    if (command.elements)
        cdb.put(1, 0x01, 1)
            .put(2, command.elements->identification, 1)
            .put(ten ? 7 : 3, command.elements->list_length, 2);
    return cdb;
}

/// Encodes RELEASE (17h) or (57h).  Source:  SPC-2, RELEASE(6) and (10); SMC-2, RELEASE ELEMENT
constexpr Cdb encode(const Release& command) {
    const bool ten = command.form == ReserveForm::ten;
    Cdb cdb(ten ? opcode::release_10 : opcode::release_6, ten ? 10 : 6);
    if (command.identification)
        cdb.put(1, 0x01, 1).put(2, *command.identification, 1);
    return cdb;
}

/// Decodes either form.
/// Errors:  invalid_parameter — not this command, or a reservation for a third party
Result<Reserve> decode_reserve(const Cdb& cdb);

/// Decodes either form.
/// Errors:  invalid_parameter — not this command, or a reservation for a third party
Result<Release> decode_release(const Cdb& cdb);

/// Decodes the element list of RESERVE; a count of 0 means "from there to the end".
///
/// Source:  SMC-2, RESERVE ELEMENT element list
/// Errors:  malformed_response — a descriptor cut short: the rest would stay open to others
Result<std::vector<ElementRange>> decode_element_list(std::span<const std::byte> received);

Bytes encode_element_list(std::span<const ElementRange> ranges);

} // namespace changer::scsi
