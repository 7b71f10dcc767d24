// SPDX-License-Identifier: Apache-2.0
#include "sim/world.hpp"

#include <fmt/format.h>

namespace changer::sim {

World::World(const Options& from, SteadyTime start)
    : options(from)
    , timeline(start)
    , cells(from)
    , nexuses(1 + std::uint64_t{from.drives})
    , random(from.seed) {
    const auto& serial = options.serial;
    const auto tail = serial.substr(serial.size() - std::min<std::size_t>(serial.size(), 6));
    for (const Cell& cell : cells.of(scsi::ElementType::data_transfer))
        drives.push_back({.address = cell.address,
                          .serial_number = fmt::format("{:0>6}D{:03}", tail, drives.size() + 1)});
}

Drive* World::drive_at(scsi::ElementAddress address) {
    for (Drive& drive : drives)
        if (drive.address == address)
            return &drive;
    return nullptr;
}

bool door_shows(const World& world) {
    return world.door == DoorState::open && world.personality().reports_door;
}

bool scan_shows(const World& world) {
    const auto& running = world.robot.running;
    if (!running || !running->scan)
        return false;
    return !running->scan->door ||
           (world.personality().reports_door && !world.personality().unkind.ready_before_scanned);
}

std::optional<Sense> not_ready(const World& world) {
    if (!world.online)
        return says::offline;
    if (world.restarting)
        return says::becoming_ready;
    if (door_shows(world))
        return world.personality().door_open;
    if (scan_shows(world))
        return says::becoming_ready;
    return std::nullopt;
}

} // namespace changer::sim
