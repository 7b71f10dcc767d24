// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/library.hpp"
#include "sim/world.hpp"

#include <span>

namespace changer::sim {

// What the operator does; the contracts are Library's.

/// Partitions of one library: their door opens and closes for all of them.
using Worlds = std::span<World* const>;

Result<void> open_door(Worlds worlds);
Result<void> close_door(Worlds worlds);
Result<void> open_mail(World& world);
Result<void> close_mail(World& world);
Result<void> pull_magazine(World& world, unsigned number);
Result<void> push_magazine(World& world, unsigned number);
Result<void> set_online(World& world, bool online);
void touch_panel(World& world);

Result<void>
insert(World& world, std::string_view barcode, scsi::ElementAddress cell, Origin origin);
Result<void> remove(World& world, scsi::ElementAddress cell);
Result<void> swap(World& world, scsi::ElementAddress one, scsi::ElementAddress other);
Result<void> label(World& world, scsi::ElementAddress cell, const Content& content);
Result<void> soil(World& world, scsi::ElementAddress drive);

/// Whether an initiator's PREVENT holds the mail slots.
bool mail_held(const World& world);

/// The mail slots begin or cease to be open, whoever did it.
void set_mail_open(World& world, bool open);

} // namespace changer::sim
