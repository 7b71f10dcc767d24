// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/on_media/bay.hpp"
#include "library/model.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

// What the arm does next in a full inventory, and how long one takes: pure functions.

namespace changer::jobs::on_media {

using Bays = std::map<scsi::ElementAddress, Bay>;

/// One move of the arm for the inventory.
struct Carry {
    enum class Way : std::uint8_t { to_drive, home };
    Way way = Way::to_drive;
    scsi::ElementAddress drive{};
    Visit visit;

    bool operator==(const Carry&) const = default;
};

/// Whether a drive can read a cartridge, as far as names tell: what is not known to be impossible
/// is tried.
///
/// Source:  LTO: a drive reads its own and the generation before; up to 7 two before; media
///          identifier, the barcode's last two characters
bool can_read(const DriveReach& drive, const std::optional<std::string>& barcode);

/// Whether a drive is one for this cartridge: it can read it, and has not failed at it.
bool fits(const Bay& bay, const Visit& visit);

/// What the arm is to do now that it is free; none: nothing yet. An empty drive is filled before
/// a full one is emptied, for its work lasts longer than the arm's; among equals the one that
/// waits longest. Cartridges are taken in the order they are given.
///
/// `load`: false: nothing more is brought into a drive
std::optional<Carry> next_carry(const Bays& bays, const std::deque<Visit>& pending, bool load);

/// The element of the arm in which this cartridge hangs.
std::optional<scsi::ElementAddress> arm_with(const library::Model& model, const std::string& media);

/// What one cartridge costs.
struct Times {
    std::chrono::milliseconds move{};  ///< of the arm, between a slot and a drive
    std::chrono::milliseconds drive{}; ///< from the arm's leaving to its being able to come back
};

/// The time below which nothing can look at so many cartridges: one arm, and so many drives.
///
/// Notes:   a drive is idle while the arm takes its cartridge home and brings the next
std::chrono::milliseconds
lower_bound(std::size_t cartridges, std::size_t drives, const Times& times);

} // namespace changer::jobs::on_media
