// SPDX-License-Identifier: Apache-2.0
#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::sim {

World::World(const Options& from, SteadyTime start)
    : options(from)
    , timeline(start)
    , cells(from)
    , nexuses(1 + std::uint64_t{from.drives})
    , last_cartridge(from.tapes)
    , random(from.seed) {
    const auto& serial = options.serial;
    const auto tail = serial.substr(serial.size() - std::min<std::size_t>(serial.size(), 6));
    const char letter = static_cast<char>('D' + options.partition % 20); // another one each
    for (const Cell& cell : cells.of(scsi::ElementType::data_transfer))
        drives.push_back(
            {.address = cell.address,
             .serial_number = fmt::format("{:0>6}{}{:03}", tail, letter, drives.size() + 1),
             .installed = cell.present});
}

const Drive* World::drive_at(scsi::ElementAddress address) const {
    const auto found = std::find_if(
        drives.begin(), drives.end(), [&](const Drive& drive) { return drive.address == address; });
    return found == drives.end() ? nullptr : &*found;
}

Drive* World::drive_at(scsi::ElementAddress address) {
    const Drive* const drive = std::as_const(*this).drive_at(address);
    return drive ? &drives[static_cast<std::size_t>(drive - drives.data())] : nullptr;
}

const Drive* World::drive_of(std::uint64_t lun) const {
    if (lun == 0 || lun > drives.size())
        return nullptr;
    const Drive& drive = drives[static_cast<std::size_t>(lun - 1)];
    return drive.installed ? &drive : nullptr;
}

Drive* World::drive_of(std::uint64_t lun) {
    const Drive* const drive = std::as_const(*this).drive_of(lun);
    return drive ? &drives[static_cast<std::size_t>(lun - 1)] : nullptr;
}

std::uint64_t World::lun_of(const Drive& drive) const {
    return static_cast<std::uint64_t>(&drive - drives.data()) + 1;
}

bool door_shows(const World& world) {
    return world.door == DoorState::open && world.personality().reports_door;
}

bool opened(const World& world) {
    return world.door == DoorState::open || !world.magazines_out.empty();
}

bool scan_shows(const World& world) {
    const auto& running = world.robot.running;
    const auto* const scan = running ? std::get_if<Scan>(&running->goal) : nullptr;
    if (!scan)
        return false;
    return !scan->by_itself ||
           (world.personality().reports_door && !world.unkind().ready_before_scanned);
}

std::optional<Sense> not_ready(const World& world) {
    if (!world.online)
        return says::offline;
    if (world.restarting)
        return says::becoming_ready;
    if (door_shows(world))
        return world.personality().door_open;
    if (const auto& magazines = world.personality().magazines;
        magazines && magazines->out && !world.magazines_out.empty())
        return magazines->out;
    if (scan_shows(world))
        return says::becoming_ready;
    return std::nullopt;
}

} // namespace changer::sim
