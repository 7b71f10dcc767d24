// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

namespace changer::sim {

/// Flags of page 2Eh as drives mean them.  Source:  TapeAlert 3.0, tape drive flags
namespace drive_alert {
inline constexpr std::size_t media_life = 7;
inline constexpr std::size_t clean_now = 20;
inline constexpr std::size_t expired_cleaning_media = 22;
} // namespace drive_alert

/// Why a drive is not ready; nothing if a cartridge is threaded.
std::optional<Sense> drive_not_ready(const World& world, const Drive& drive);

/// A drive begins to thread the cartridge in it; a cleaning cartridge begins to clean. `done` is
/// answered then.
void begin_load(World& world, Drive& drive, TaskId done = {});

/// A drive begins to let its cartridge go; `done` is answered then.
void begin_unload(World& world, Drive& drive, TaskId done = {});

/// The cartridge is taken out of a drive, whatever that does.
void interrupt(World& world, Drive& drive);

/// READ(6), SPACE(6), REWIND, READ POSITION of a drive.
Response answer_read(World& world, const Task& task);
Response answer_space(World& world, const Task& task);
Response answer_rewind(World& world, const Task& task);
Response answer_read_position(World& world, const Task& task);

/// READ ATTRIBUTE: what the cartridge's memory says.
Response answer_read_attribute(World& world, const Task& task);

/// MODE SENSE(6) and (10) of a drive: a block descriptor and no pages but the empty set of them.
Response answer_drive_mode_sense(World& world, const Task& task);

/// READ BLOCK LIMITS.
Response answer_read_block_limits(World& world, const Task& task);

} // namespace changer::sim
