// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

#include <span>

namespace changer::sim {

/// Takes a command over, meets its fault, and has its unit answer it, now or later.
TaskId submit(World& world,
              NexusId nexus,
              std::uint64_t lun,
              const scsi::Cdb& cdb,
              std::span<const std::byte> data_out);

/// Answers a command, as its fault lets it; one that nobody waits for any more is no matter.
void respond(World& world, TaskId task, Response response);

/// Cuts an initiator off: its commands are lost, its PREVENT is gone, what the arm does goes on.
void lose(World& world, NexusId nexus);

/// Ends every command on one unit and answers none of them with more than "aborted".
void reset_unit(World& world, std::uint64_t lun);

} // namespace changer::sim
