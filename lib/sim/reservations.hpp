// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/unit_commands.hpp"
#include "sim/world.hpp"

namespace changer::sim {

/// What a reservation answers everybody else.
inline const Response conflict{.status = scsi::Status::reservation_conflict};

/// Whether somebody else's reservation keeps this command out: status 18h.
bool reservation_conflict(const World& world, const Task& task, WhenReserved when);

/// Whether somebody else has reserved this element of the changer.
bool reserved_by_another(const World& world, NexusId nexus, scsi::ElementAddress element);

/// What ends with a nexus: RESERVE, not a persistent reservation.
void end_reservations(World& world, NexusId nexus);

/// What a reset of a unit ends: RESERVE, not a persistent reservation.
void reset_reservations(World& world, std::uint64_t lun);

Response answer_reserve(World& world, const Task& task);
Response answer_release(World& world, const Task& task);
Response answer_persistent_reserve_in(World& world, const Task& task);
Response answer_persistent_reserve_out(World& world, const Task& task);

} // namespace changer::sim
