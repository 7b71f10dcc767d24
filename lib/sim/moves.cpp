// SPDX-License-Identifier: Apache-2.0
#include "sim/drives.hpp"
#include "sim/motions.hpp"
#include "sim/robot.hpp"

#include <algorithm>
#include <utility>

namespace changer::sim {
namespace {

using scsi::ElementAddress;
using scsi::ElementType;

const scsi::MoveMedium& move_of(const World& world) {
    return std::get<scsi::MoveMedium>(world.robot.running->goal);
}

const scsi::ExchangeMedium& exchange_of(const World& world) {
    return std::get<scsi::ExchangeMedium>(world.robot.running->goal);
}

std::chrono::milliseconds move_time(const World& world) {
    const auto& timing = world.options.timing;
    return world.unkind().elements_wait_for_move ? std::max(timing.move, timing.long_move)
                                                 : timing.move;
}

/// How long a drive rewinds before what is in this element can be taken.
std::chrono::milliseconds unload_time(const World& world, ElementAddress element) {
    const auto* const drive = world.drive_at(element);
    return drive && drive->loaded() ? world.options.timing.unload : std::chrono::milliseconds{0};
}

std::optional<ElementAddress> home_of(const Cell& source) {
    return source.type == ElementType::storage ? source.address : source.source;
}

/// Takes what is in this element, wherever its drive had it.
void take(World& world, Cell& from, Cell& into) {
    if (Drive* const drive = world.drive_at(from.address))
        interrupt(world, *drive);
    ++world.moves;
    carry(from, into);
}

enum class Turn : std::uint8_t { as_it_is, over };

/// Puts down what `from` holds; a drive begins to thread it.
void put(World& world, Cell& from, Cell& into, Turn turn) {
    if (turn == Turn::over)
        from.holds->inverted = !from.holds->inverted;
    carry(from, into);
    if (Drive* const drive = world.drive_at(into.address))
        begin_load(world, *drive);
}

Turn turn(bool invert) {
    return invert ? Turn::over : Turn::as_it_is;
}

// --- MOVE MEDIUM ---

void place(World& world) {
    const auto& move = move_of(world);
    Cell& arm = running_arm(world);
    Cell& destination = *world.cells.find(move.destination);
    if (destination.holds) { // a hand was there, and nobody told the library
        destination.look();
        if (Cell& source = *world.cells.find(move.source); !source.holds)
            carry(arm, source);
        return finish_motion(world, refused(says::destination_full));
    }
    put(world, arm, destination, turn(move.invert));
    finish_motion(world, {});
}

/// What a fault does to a motion that has just picked; true if it ends it.
bool spoiled(World& world) {
    const auto effect = world.robot.running->effect;
    if (effect == Effect::stuck)
        finish_motion(world, refused(says::mechanical_positioning_error));
    else if (effect == Effect::reset)
        restart(world);
    return effect == Effect::stuck || effect == Effect::reset;
}

void pick(World& world) {
    Cell& source = *world.cells.find(move_of(world).source);
    if (!source.holds) { // a hand was there, and nobody told the library
        source.look();
        return finish_motion(world, refused(says::source_empty));
    }
    if (source.type == ElementType::transport)
        ++world.moves;
    else
        take(world, source, running_arm(world));
    if (!spoiled(world))
        step_after(world, move_time(world) * 6 / 10, place);
}

// --- EXCHANGE MEDIUM: the arm has two hands, only one of which is an element ---

void place_second(World& world) {
    const auto& exchange = exchange_of(world);
    Cell& arm = running_arm(world);
    Cell& second = *world.cells.find(exchange.second_destination);
    if (second.holds) { // a hand was there, and nobody told the library
        second.look();
        return finish_motion(world, refused(says::destination_full));
    }
    put(world, arm, second, turn(exchange.invert_second));
    finish_motion(world, {});
}

void place_first(World& world) {
    const auto& exchange = exchange_of(world);
    Cell& source = *world.cells.find(exchange.source);
    if (!source.holds) { // a hand was there, and nobody told the library
        source.look();
        if (Cell& first = *world.cells.find(exchange.first_destination); !first.holds)
            carry(running_arm(world), first);
        return finish_motion(world, refused(says::source_empty));
    }
    Cell other_hand{.type = ElementType::transport};
    take(world, source, other_hand);
    put(world,
        other_hand,
        *world.cells.find(exchange.first_destination),
        turn(exchange.invert_first));
    step_after(world, move_time(world), place_second);
}

void pick_first(World& world) {
    const auto& exchange = exchange_of(world);
    Cell& first = *world.cells.find(exchange.first_destination);
    if (!first.holds) { // a hand was there, and nobody told the library
        first.look();
        return finish_motion(world, refused(says::source_empty));
    }
    take(world, first, running_arm(world));
    if (!spoiled(world))
        step_after(world, move_time(world) * 6 / 10, place_first);
}

// --- what the library refuses ---

/// Why an element cannot be reached by the arm now.
std::optional<Sense> unreachable(const World& world, const Cell* cell) {
    if (!cell)
        return says::invalid_element_address;
    if (cell->type == ElementType::import_export && world.mail_open)
        return says::mail_open;
    if (!cell->present)
        return cell->type == ElementType::data_transfer ? says::drive_not_installed
                                                        : says::magazine_removed;
    return std::nullopt;
}

/// Why nothing can be taken out of this element.
std::optional<Sense> cannot_take(World& world, const Cell& cell) {
    if (!cell.believed)
        return says::source_empty;
    const auto* const drive = world.drive_at(cell.address);
    if (!drive)
        return std::nullopt;
    if (world.nexuses.removal_prevented(world.lun_of(*drive)))
        return says::drive_prevents_removal;
    if (drive->loaded() && world.unkind().drive_needs_unload)
        return says::drive_not_unloaded;
    return std::nullopt;
}

/// Why nothing can be put into this kind of element.
std::optional<Sense> cannot_put(const World& world, const Cell& cell) {
    if (cell.type == ElementType::transport)
        return says::invalid_element_address;
    if (cell.type == ElementType::import_export && world.unkind().mail_needs_allow &&
        world.nexuses.removal_prevented(0))
        return says::removal_prevented;
    return std::nullopt;
}

/// Why the arm cannot be used: it does not exist, it cannot turn, or it is not empty.
std::optional<Sense>
unusable(World& world, ElementAddress transport, bool inverts, const Cell* source) {
    const Cell* const arm = world.cells.arm(transport);
    if (!arm || !source)
        return says::invalid_element_address;
    if (inverts && !world.personality().two_sided)
        return says::invalid_field_in_cdb;
    if (source->type == ElementType::transport)
        return source == arm ? std::nullopt : std::optional(says::invalid_element_address);
    return std::nullopt;
}

std::optional<Sense> first_of(std::initializer_list<std::optional<Sense>> senses) {
    for (const auto& sense : senses)
        if (sense)
            return sense;
    return std::nullopt;
}

std::optional<Sense> refusal(World& world, const scsi::ExchangeMedium& exchange) {
    const Cell* const source = world.cells.find(exchange.source);
    const Cell* const first = world.cells.find(exchange.first_destination);
    const Cell* const second = world.cells.find(exchange.second_destination);
    if (const auto sense = first_of({unusable(world,
                                              exchange.transport,
                                              exchange.invert_first || exchange.invert_second,
                                              source),
                                     unreachable(world, source),
                                     unreachable(world, first),
                                     unreachable(world, second)}))
        return sense;
    if (source->type == ElementType::transport || source == first || first == second)
        return says::invalid_element_address;
    if (const auto sense = first_of({cannot_put(world, *first),
                                     cannot_put(world, *second),
                                     cannot_take(world, *source),
                                     cannot_take(world, *first)}))
        return sense;
    if (second != source && second->believed)
        return says::destination_full;
    if (world.cells.arm(exchange.transport)->holds)
        return says::mechanical_positioning_error;
    return std::nullopt;
}

void arrive(World& world) {
    finish_motion(world, {});
}

} // namespace

void carry(Cell& from, Cell& to) {
    const auto home = home_of(from);
    to.holds = std::exchange(from.holds, std::nullopt);
    to.source = home;
    to.by_operator = from.by_operator = false;
    from.source.reset();
    from.look();
    to.look();
}

Cell& running_arm(World& world) {
    const auto& goal = world.robot.running->goal;
    ElementAddress transport{};
    if (const auto* const move = std::get_if<scsi::MoveMedium>(&goal))
        transport = move->transport;
    else if (const auto* const exchange = std::get_if<scsi::ExchangeMedium>(&goal))
        transport = exchange->transport;
    Cell* const arm = world.cells.arm(transport);
    return arm ? *arm : *world.cells.arm({}); // one that does not exist was refused before
}

std::optional<Sense> refusal(World& world, const scsi::MoveMedium& move) {
    const Cell* const source = world.cells.find(move.source);
    const Cell* const destination = world.cells.find(move.destination);
    if (const auto sense = first_of({unusable(world, move.transport, move.invert, source),
                                     unreachable(world, source),
                                     unreachable(world, destination)}))
        return sense;
    if (const auto sense = cannot_put(world, *destination))
        return sense;
    if (!source->believed)
        return says::source_empty;
    if (destination->believed && (destination != source || !move.invert))
        return says::destination_full;
    if (world.cells.arm(move.transport)->holds && source->type != ElementType::transport)
        return says::mechanical_positioning_error;
    return cannot_take(world, *source);
}

void begin_move(World& world) {
    const auto& move = move_of(world);
    if (const auto sense = refusal(world, move))
        return finish_motion(world, refused(*sense));
    step_after(world, unload_time(world, move.source) + move_time(world) * 4 / 10, pick);
}

void begin_exchange(World& world) {
    const auto& exchange = exchange_of(world);
    if (const auto sense = refusal(world, exchange))
        return finish_motion(world, refused(*sense));
    step_after(world,
               unload_time(world, exchange.source) +
                   unload_time(world, exchange.first_destination) + move_time(world) * 4 / 10,
               pick_first);
}

/// Source:  IBM TS4500, POSITION TO ELEMENT: the arm itself is no destination
void begin_position(World& world) {
    const auto& position = std::get<scsi::PositionToElement>(world.robot.running->goal);
    const Cell* const destination = world.cells.find(position.destination);
    if (!world.cells.arm(position.transport) || !destination ||
        destination->type == ElementType::transport)
        return finish_motion(world, refused(says::invalid_element_address));
    if (position.invert && !world.personality().two_sided)
        return finish_motion(world, refused(says::invalid_field_in_cdb));
    if (!destination->present)
        return finish_motion(world, refused(*unreachable(world, destination)));
    step_after(world, move_time(world) * 4 / 10, arrive);
}

} // namespace changer::sim
