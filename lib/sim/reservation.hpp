// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/spc/persistent_reservation.hpp"
#include "sim/command.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace changer::sim {

/// Some elements that one initiator has reserved with RESERVE ELEMENT.
struct ReservedElements {
    NexusId nexus{};
    std::uint8_t identification = 0;
    std::vector<scsi::ElementRange> ranges = {}; ///< none: all of them
};

/// Who has reserved one unit, and how.
struct Reservation {
    std::optional<NexusId> legacy = {};          ///< RESERVE: the whole unit
    std::vector<ReservedElements> elements = {}; ///< RESERVE ELEMENT
    std::uint32_t generation = 0;                ///< of the registrations
    std::map<Initiator, scsi::ReservationKey> registered = {};
    std::optional<Initiator> holder = {}; ///< of the persistent reservation; with the types of all
                                          ///< registrants the one that made it
    scsi::ReservationType type = scsi::ReservationType::write_exclusive;
};

} // namespace changer::sim
