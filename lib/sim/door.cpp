// SPDX-License-Identifier: Apache-2.0
#include "sim/door.hpp"

#include "scsi/smc/tape_alert.hpp"
#include "sim/robot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace changer::sim {
namespace {

constexpr std::size_t library_offline_flag = 21; ///< TapeAlert: library turned off-line

Error nonsense(std::string what) {
    return {Code::invalid_parameter, std::move(what)};
}

Error locked(const World& world) {
    return {Code::busy, fmt::format("locked by {}", fmt::join(world.nexuses.lock_holders(), ", "))};
}

/// Whether an initiator's PREVENT holds the door and the magazines.
bool door_held(const World& world) {
    return world.personality().prevent == Prevent::everything &&
           !world.unkind().prevent_without_effect && world.nexuses.removal_prevented(0);
}

/// The arm has to stop where hands reach in.
void stop_arm(World& world, const Sense& why) {
    if (world.robot.moving())
        world.nexuses.alert(0, scsi::tape_alert::door_opened_during_operation);
    while (world.robot.running) // what waits behind it is refused as it begins, or given up in turn
        give_up_motion(world, refused(why));
}

void open_one(World& world) {
    world.door = DoorState::open;
    if (world.personality().reports_door) {
        world.nexuses.alert(0, scsi::tape_alert::door_open);
        stop_arm(world, world.personality().door_open);
    }
    for (Cell& cell : world.cells.of(scsi::ElementType::storage))
        cell.scanned = false;
}

/// The library looks at what hands may have changed.
void look_around(World& world) {
    const auto& personality = world.personality();
    if (personality.reports_door && personality.unkind.ready_before_scanned &&
        !personality.unkind.no_attention_after_door && !opened(world))
        world.nexuses.attention(0, says::medium_may_have_changed);
    enqueue(world, {.goal = Scan{.by_itself = true}});
}

Result<void> check_magazine(const World& world, unsigned number) {
    const auto& magazines = world.personality().magazines;
    if (!magazines)
        return nonsense("this library has no magazines: open-door");
    if (number < 1 || number > magazines->count)
        return Error{
            Code::not_found,
            fmt::format("there is no magazine {}: there are {}", number, magazines->count)};
    return {};
}

} // namespace

bool mail_held(const World& world) {
    if (world.personality().prevent == Prevent::unsupported ||
        world.unkind().prevent_without_effect)
        return false;
    return world.unkind().shared_mail ? world.nexuses.shared_mail_locked()
                                      : world.nexuses.removal_prevented(0);
}

Result<void> open_door(Worlds worlds) {
    for (const World* const world : worlds) {
        if (world->personality().magazines)
            return nonsense("this library has no door: pull-magazine N");
        if (world->door == DoorState::open)
            return Error{Code::door_open, "the door is open already"};
        if (door_held(*world))
            return locked(*world);
    }
    for (World* const world : worlds)
        open_one(*world);
    return {};
}

Result<void> close_door(Worlds worlds) {
    for (const World* const world : worlds)
        if (world->door == DoorState::closed)
            return nonsense("the door is not open");
    for (World* const world : worlds) {
        world->door = DoorState::closed;
        look_around(*world);
    }
    return {};
}

Result<void> pull_magazine(World& world, unsigned number) {
    if (auto checked = check_magazine(world, number); !checked)
        return checked;
    if (world.magazines_out.contains(number))
        return nonsense(fmt::format("magazine {} is out already", number));
    if (door_held(world))
        return locked(world);
    if (world.unkind().one_magazine_at_a_time && !world.magazines_out.empty())
        return Error{Code::busy,
                     fmt::format("magazine {} is out: this library gives one at a time",
                                 *world.magazines_out.begin())};
    const auto& magazines = *world.personality().magazines;
    world.magazines_out.insert(number);
    world.nexuses.alert(0, scsi::tape_alert::magazine_not_present);
    stop_arm(world, magazines.out.value_or(says::magazine_removed));
    for (Cell& cell : world.cells.of(scsi::ElementType::storage))
        if (cell.magazine == number) {
            cell.present = cell.scanned = false;
            cell.believed.reset();
        }
    if (magazines.pulled)
        world.nexuses.attention(0, *magazines.pulled);
    return {};
}

Result<void> push_magazine(World& world, unsigned number) {
    if (auto checked = check_magazine(world, number); !checked)
        return checked;
    if (world.magazines_out.erase(number) == 0)
        return nonsense(fmt::format("magazine {} is not out", number));
    for (Cell& cell : world.cells.of(scsi::ElementType::storage))
        if (cell.magazine == number)
            cell.present = true;
    if (const auto& magazines = *world.personality().magazines; magazines.pushed)
        world.nexuses.attention(0, *magazines.pushed);
    look_around(world);
    return {};
}

void set_mail_open(World& world, bool open) {
    world.mail_open = open;
    if (open)
        return;
    for (Cell& cell : world.cells.of(scsi::ElementType::import_export))
        cell.look();
    world.nexuses.attention(0, says::mail_slot_accessed);
}

Result<void> open_mail(World& world) {
    if (world.options.mail_slots == 0)
        return nonsense("this library has no mail slots");
    if (world.mail_open)
        return nonsense("the mail slots are open already");
    if (mail_held(world))
        return locked(world);
    set_mail_open(world, true);
    return {};
}

Result<void> close_mail(World& world) {
    if (!world.mail_open)
        return nonsense("the mail slots are not open");
    set_mail_open(world, false);
    return {};
}

Result<void> set_online(World& world, bool online) {
    if (online == world.online)
        return nonsense(online ? "the library is on-line already" : "it is off-line already");
    world.online = online;
    if (online)
        world.nexuses.attention(0, says::medium_may_have_changed);
    else
        world.nexuses.alert(0, library_offline_flag);
    return {};
}

void touch_panel(World& world) {
    if (world.unkind().attention_after_panel)
        world.nexuses.attention(0, says::medium_may_have_changed);
}

} // namespace changer::sim
