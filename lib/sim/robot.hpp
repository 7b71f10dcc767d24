// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

namespace changer::sim {

/// Has the arm do this next, or at once if it is idle. Its task is answered when it is done.
void enqueue(World& world, const Motion& motion);

/// Ends what the arm does now: a cartridge it carries goes back where it came from, the task, if
/// any, is answered with `response`; then the arm goes on with what waits.
void give_up_motion(World& world, const Response& response);

/// A command's sender has gone: what the arm has not begun is dropped, what it has is nobody's now.
void orphan_motions(World& world, NexusId nexus);
void orphan_motion(World& world, TaskId task);

/// The library restarts with whatever is in the arm: everybody is logged out, every command lost.
void restart(World& world);

/// Another initiator has a cartridge moved; nobody else is told of it.
/// Errors: invalid_parameter — the library would refuse it, and why
Result<void> move_silently(World& world, const scsi::MoveMedium& move);

} // namespace changer::sim
