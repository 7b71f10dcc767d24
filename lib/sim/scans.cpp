// SPDX-License-Identifier: Apache-2.0
#include "sim/motions.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

using scsi::ElementType;

bool in_scan(const Scan& scan, const Cell& cell) {
    if (!cell.present)
        return false;
    if (scan.by_itself)
        return !cell.scanned;
    if (scan.range)
        return scan.range->contains(cell.address);
    return cell.type == ElementType::storage || cell.type == ElementType::import_export;
}

void finish_scan(World& world) {
    const bool by_itself = std::get<Scan>(world.robot.running->goal).by_itself;
    const auto& unkind = world.unkind();
    const bool told = world.personality().reports_door && !unkind.ready_before_scanned &&
                      !unkind.no_attention_after_door && !opened(world);
    if (by_itself && told)
        world.nexuses.attention(0, says::medium_may_have_changed);
    finish_motion(world, {});
}

void skip_to_next_cell(World& world);

void look_at_cell(World& world) {
    Scan& scan = std::get<Scan>(world.robot.running->goal);
    world.cells.all()[scan.next_cell++].look();
    skip_to_next_cell(world);
}

void skip_to_next_cell(World& world) {
    Scan& scan = std::get<Scan>(world.robot.running->goal);
    const auto cells = world.cells.all();
    while (scan.next_cell < cells.size() && !in_scan(scan, cells[scan.next_cell]))
        ++scan.next_cell;
    if (scan.next_cell == cells.size())
        return finish_scan(world);
    step_after(world, scan.per_cell, look_at_cell);
}

} // namespace

void begin_scan(World& world) {
    Scan& scan = std::get<Scan>(world.robot.running->goal);
    const auto& timing = world.options.timing;
    scan.per_cell = timing.scan_per_cell;
    if (world.unkind().hour_of_inventory) {
        const auto cells = world.cells.all();
        const auto count = std::count_if(
            cells.begin(), cells.end(), [&](const Cell& cell) { return in_scan(scan, cell); });
        scan.per_cell = timing.long_scan / std::max<std::ptrdiff_t>(count, 1);
    }
    step_after(world,
               scan.by_itself ? timing.scan_start : std::chrono::milliseconds{0},
               skip_to_next_cell);
}

} // namespace changer::sim
