// SPDX-License-Identifier: Apache-2.0
#include "sim/door.hpp"
#include "sim/drives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::sim {
namespace {

using scsi::ElementAddress;
using scsi::ElementType;

constexpr std::size_t longest_barcode = 32; ///< SMC-3: volume identification field

/// Finds a cell that a hand can reach now.
Result<Cell*> reach(World& world, ElementAddress address) {
    Cell* const cell = world.cells.find(address);
    if (!cell)
        return Error{Code::not_found,
                     fmt::format("there is no element @{}", scsi::number(address))};
    const bool magazines = world.personality().magazines.has_value();
    if (cell->type == ElementType::storage) {
        if (magazines ? !cell->present : world.door == DoorState::open)
            return cell;
        return Error{Code::medium_not_accessible,
                     magazines ? fmt::format("pull-magazine {} first", cell->magazine)
                               : "the door is closed: open-door first"};
    }
    if (cell->type == ElementType::import_export) {
        if (world.mail_open)
            return cell;
        return Error{Code::medium_not_accessible, "the mail slots are closed: open-mail first"};
    }
    return Error{Code::medium_not_accessible, "no hand reaches into a drive or the arm"};
}

bool is_barcode(std::string_view text) {
    return !text.empty() && text.size() <= longest_barcode &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// What every hand leaves behind: the library does not know where this came from.
void touch(Cell& cell) {
    cell.source.reset();
    cell.by_operator = cell.type == ElementType::import_export && cell.holds.has_value();
}

/// The cartridge that was taken out before, or another one.
Cartridge take_from_shelf(World& world, std::string_view barcode, Origin origin) {
    if (origin == Origin::shelf)
        if (auto found = world.shelf.extract(std::string(barcode)))
            return std::move(found.mapped());
    return new_cartridge(world.options, barcode, ++world.last_cartridge);
}

} // namespace

Result<void> insert(World& world, std::string_view barcode, ElementAddress address, Origin origin) {
    if (!is_barcode(barcode))
        return Error{
            Code::invalid_parameter,
            fmt::format("a barcode has 1 to {} printable characters, no blanks", longest_barcode)};
    auto cell = reach(world, address);
    if (!cell)
        return std::move(cell).error();
    if ((*cell)->holds)
        return Error{Code::destination_full,
                     fmt::format("{} lies there already", (*cell)->holds->barcode)};
    (*cell)->holds = take_from_shelf(world, barcode, origin);
    touch(**cell);
    return {};
}

Result<void> remove(World& world, ElementAddress address) {
    auto cell = reach(world, address);
    if (!cell)
        return std::move(cell).error();
    if (!(*cell)->holds)
        return Error{Code::source_empty, "nothing lies there"};
    world.shelf.insert_or_assign((*cell)->holds->barcode, *(*cell)->holds);
    (*cell)->holds.reset();
    touch(**cell);
    return {};
}

Result<void> swap(World& world, ElementAddress one, ElementAddress other) {
    auto first = reach(world, one);
    if (!first)
        return std::move(first).error();
    auto second = reach(world, other);
    if (!second)
        return std::move(second).error();
    if (!(*first)->holds && !(*second)->holds)
        return Error{Code::source_empty, "nothing lies in either of them"};
    std::swap((*first)->holds, (*second)->holds);
    touch(**first);
    touch(**second);
    return {};
}

Result<void> label(World& world, ElementAddress address, const Content& content) {
    Cell* const cell = world.cells.find(address);
    if (!cell)
        return Error{Code::not_found,
                     fmt::format("there is no element @{}", scsi::number(address))};
    if (!cell->holds)
        return Error{Code::source_empty, "nothing lies there"};
    cell->holds->sides.at(cell->holds->inverted ? 1 : 0) = content;
    if (Drive* const drive = world.drive_at(address); drive && drive->loaded())
        drive->tape = records_of(content, cell->holds->name());
    return {};
}

Result<void> soil(World& world, ElementAddress address) {
    Drive* const drive = world.drive_at(address);
    if (!drive || !drive->installed)
        return Error{Code::not_found, fmt::format("@{} is no drive", scsi::number(address))};
    drive->needs_cleaning = true;
    world.nexuses.alert(world.lun_of(*drive), drive_alert::clean_now);
    return {};
}

} // namespace changer::sim
