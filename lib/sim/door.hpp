// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

namespace changer::sim {

// What the operator does; the contracts are Library's.

Result<void> open_door(World& world);
Result<void> close_door(World& world);
Result<void> open_mail(World& world);
Result<void> close_mail(World& world);
void set_online(World& world, bool online);

Result<void> insert(World& world, std::string_view barcode, scsi::ElementAddress cell);
Result<void> remove(World& world, scsi::ElementAddress cell);
Result<void> swap(World& world, scsi::ElementAddress one, scsi::ElementAddress other);

} // namespace changer::sim
