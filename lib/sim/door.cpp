// SPDX-License-Identifier: Apache-2.0
#include "sim/door.hpp"

#include "scsi/smc/tape_alert.hpp"
#include "sim/robot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace changer::sim {
namespace {

constexpr std::size_t library_offline_flag = 21; ///< TapeAlert: library turned off-line

/// Refuses to open anything that an initiator holds shut.
Result<void> check_unlocked(const World& world) {
    if (world.personality().prevent != Prevent::holds_door || !world.nexuses.removal_prevented(0))
        return {};
    return Error{Code::busy,
                 fmt::format("locked by {}", fmt::join(world.nexuses.lock_holders(), ", "))};
}

void scan_after_door(World& world) {
    const auto& personality = world.personality();
    if (personality.reports_door && personality.unkind.ready_before_scanned &&
        !personality.unkind.no_unit_attention_after_door)
        world.nexuses.attention(0, says::medium_may_have_changed);
    scsi::ElementRange storage{first_address(scsi::ElementType::storage),
                               static_cast<std::uint16_t>(world.options.slots)};
    enqueue(world, {.scan = Scan{.range = storage, .door = true}});
}

} // namespace

Result<void> open_door(World& world) {
    if (world.door == DoorState::open)
        return Error{Code::door_open, "the door is open already"};
    if (auto unlocked = check_unlocked(world); !unlocked)
        return unlocked;
    world.door = DoorState::open;
    for (Cell& cell : world.cells.of(scsi::ElementType::storage))
        cell.scanned = false;
    if (!world.personality().reports_door)
        return {};
    world.nexuses.alert(scsi::tape_alert::door_open);
    if (world.robot.running && world.robot.running->move)
        world.nexuses.alert(scsi::tape_alert::door_opened_during_operation);
    while (world.robot.running) // what waits behind it is refused as it begins, or given up in turn
        give_up_motion(world, refused(world.personality().door_open));
    return {};
}

Result<void> close_door(World& world) {
    if (world.door == DoorState::closed)
        return Error{Code::invalid_parameter, "the door is not open"};
    world.door = DoorState::closed;
    scan_after_door(world);
    return {};
}

Result<void> open_mail(World& world) {
    if (world.mail_open)
        return Error{Code::invalid_parameter, "the mail slots are open already"};
    if (world.options.mail_slots == 0)
        return Error{Code::invalid_parameter, "this library has no mail slots"};
    if (auto unlocked = check_unlocked(world); !unlocked)
        return unlocked;
    world.mail_open = true;
    return {};
}

Result<void> close_mail(World& world) {
    if (!world.mail_open)
        return Error{Code::invalid_parameter, "the mail slots are not open"};
    world.mail_open = false;
    for (Cell& cell : world.cells.of(scsi::ElementType::import_export))
        cell.look();
    world.nexuses.attention(0, says::mail_slot_accessed);
    return {};
}

void set_online(World& world, bool online) {
    if (online == world.online)
        return;
    world.online = online;
    if (online)
        world.nexuses.attention(0, says::medium_may_have_changed);
    else
        world.nexuses.alert(library_offline_flag);
}

} // namespace changer::sim
