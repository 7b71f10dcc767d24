// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

namespace changer::sim {

// The arm's motions; robot.cpp begins them, one at a time, and is told when they end. Each is of
// the kind that `world.robot.running` is.

void begin_scan(World& world);
void begin_move(World& world);
void begin_exchange(World& world);
void begin_position(World& world);

/// Ends what the arm does and answers its command; the arm goes on with what waits.
void finish_motion(World& world, const Response& response);

/// Has the running motion go on with `step` after `delay`.
void step_after(World& world, std::chrono::milliseconds delay, void (*step)(World&));

/// Takes what lies in `from` and puts it into `to`; the library knows both.
void carry(Cell& from, Cell& to);

/// Why a cartridge cannot go from one element to another; nothing if it can.
std::optional<Sense> refusal(World& world, const scsi::MoveMedium& move);

/// The arm that carries for the running motion.
Cell& running_arm(World& world);

} // namespace changer::sim
