// SPDX-License-Identifier: Apache-2.0
#include "mtx/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::mtx {
namespace {

unsigned or_first(int drive) {
    return drive < 0 ? 0 : static_cast<unsigned>(drive);
}

std::string wrong_slot(std::string_view adjective, unsigned number, Word word) {
    return fmt::format(
        "{} <storage-element-number> argument '{}' to '{}' command", adjective, number, name(word));
}

std::string wrong_drive(unsigned number, Word word) {
    return fmt::format("illegal <drive-number> argument '{}' to '{}' command", number, name(word));
}

bool is_sense(const Error& error, std::uint8_t asc, std::uint8_t ascq) {
    return error.sense && error.sense->asc == asc && error.sense->ascq == ascq;
}

} // namespace

Outcome Commands::run(const Step& step, const Modifiers& modifiers) {
    modifiers_ = modifiers;
    if (is_act(step.word))
        if (const auto begun = library_.begin_act(); !begun) {
            explain(begun.error());
            return Outcome::failed;
        }
    switch (step.word) {
    case Word::inquiry:
        return inquiry();
    case Word::status:
        return status();
    case Word::load:
        return load(step.numbers[0], step.numbers[1]);
    case Word::unload:
        return unload(step.numbers[0], step.numbers[1]);
    case Word::transfer:
        return transfer(step.numbers);
    case Word::exchange:
        return exchange(step.numbers);
    case Word::first:
    case Word::last:
    case Word::previous:
    case Word::next:
        return walk(step);
    case Word::position:
        return position(step.numbers[0]);
    case Word::inventory:
        return inventory();
    case Word::eject:
        return eject();
    default: // what changes the words behind it, or needs no library
        return Outcome::done;
    }
}

// --- what is said when something does not work ---

Outcome Commands::refuse(std::string_view text) const {
    context_.say(text);
    return Outcome::failed;
}

/// Says what the changer, or the daemon, said.
void Commands::explain(const Error& error) const {
    context_.err.put(sense_lines(error));
    context_.say("mtx: " + to_string(error));
}

Outcome Commands::cannot_read(const Error& error) const {
    if (error.code == Code::failed)
        return refuse(error.what);
    explain(error);
    return library_.cannot_read().empty() ? Outcome::failed : refuse(library_.cannot_read());
}

Outcome Commands::cannot_move(const Error& error,
                              std::string_view command,
                              const Place& from,
                              const Place& to) const {
    if (is_sense(error, 0x30, 0x03))
        return refuse("Cleaning Cartridge Installed and Ejected");
    if (is_sense(error, 0x3A, 0x00))
        return refuse("Drive needs offline before move");
    if (is_sense(error, 0x3B, 0x0D) || error.code == Code::destination_full)
        return refuse(fmt::format("Destination Element Address {} is Already Full",
                                  scsi::number(to.address)));
    if (is_sense(error, 0x3B, 0x0E) || error.code == Code::source_empty)
        return refuse(
            fmt::format("Source Element Address {} is Empty", scsi::number(from.address)));
    explain(error);
    return refuse(fmt::format("{} from Element Address {} to {} Failed",
                              command,
                              scsi::number(from.address),
                              scsi::number(to.address)));
}

// --- what shows something ---

Outcome Commands::inquiry() {
    const auto inquiry = library_.inquiry();
    if (!inquiry) {
        explain(inquiry.error());
        return refuse("INQUIRY Command Failed");
    }
    print_inquiry(context_.out, *inquiry);
    return Outcome::done;
}

Outcome Commands::status() {
    const auto elements = library_.elements(modifiers_);
    if (!elements)
        return cannot_read(elements.error());
    print_status(context_.out, device_, **elements);
    return Outcome::done;
}

// --- what moves cartridges ---

Outcome Commands::move(const Place& from, const Place& to) {
    const auto moved = library_.move(from, to, modifiers_);
    return moved ? Outcome::done : cannot_move(moved.error(), "MOVE MEDIUM", from, to);
}

Outcome Commands::load(int slot_number, int drive_number) {
    const auto slot = library_.slot(static_cast<unsigned>(slot_number), modifiers_);
    if (!slot && slot.error().code == Code::not_found)
        return refuse(wrong_slot("Invalid", static_cast<unsigned>(slot_number), Word::load));
    if (!slot)
        return cannot_read(slot.error());
    const auto drive = library_.drive(or_first(drive_number), modifiers_);
    if (!drive && drive.error().code == Code::not_found)
        return refuse(wrong_drive(or_first(drive_number), Word::load));
    if (!drive)
        return cannot_read(drive.error());
    if (drive->full) {
        const auto elements = library_.elements(modifiers_);
        const unsigned home = elements && drive->number < (*elements)->drives()
                                  ? (*elements)->homes()[drive->number]
                                  : 0;
        return refuse(
            fmt::format("Drive {} Full (Storage Element {} loaded)", drive->number, home));
    }
    context_.out.put("Loading media from Storage Element ").put(slot->number);
    context_.out.put(" into drive ").put(drive->number).put("...").flush();
    if (move(*slot, *drive) == Outcome::failed)
        return Outcome::failed;
    context_.out.put("done\n").flush();
    return Outcome::done;
}

/// Moves the cartridge of a loaded drive into a slot, if it is empty.
Outcome Commands::put(const Home& places) {
    const auto& [drive, slot] = places;
    if (!drive.full)
        return refuse(fmt::format("Data Transfer Element {} is Empty", drive.number));
    if (slot.full)
        return refuse(fmt::format("Storage Element {} is Already Full", slot.number));
    context_.out.put("Unloading drive ").put(drive.number).put(" into Storage Element ");
    context_.out.put(slot.number).put("...").flush();
    if (move(drive, slot) == Outcome::failed)
        return Outcome::failed;
    context_.out.put("done\n").flush();
    return Outcome::done;
}

Outcome Commands::unload_home(unsigned drive) {
    const auto home = library_.home(drive, modifiers_);
    if (home)
        return put(*home);
    switch (home.error().code) {
    case Code::not_found:
        return refuse(wrong_drive(drive, Word::unload));
    case Code::source_empty:
        return refuse(fmt::format("Data Transfer Element {} is Empty", drive));
    case Code::resource_not_present:
        return refuse(fmt::format("No Source for tape in drive {}!", drive));
    default:
        return cannot_read(home.error());
    }
}

Outcome Commands::unload_into(unsigned slot_number, unsigned drive_number) {
    const auto slot = library_.slot(slot_number, modifiers_);
    if (!slot && slot.error().code == Code::not_found)
        return refuse(wrong_slot("illegal", slot_number, Word::unload));
    if (!slot)
        return cannot_read(slot.error());
    const auto drive = library_.drive(drive_number, modifiers_);
    if (!drive && drive.error().code == Code::not_found)
        return refuse(wrong_drive(drive_number, Word::unload));
    if (!drive)
        return cannot_read(drive.error());
    return put({*drive, *slot});
}

Outcome Commands::unload(int slot, int drive) {
    return slot < 0 ? unload_home(or_first(drive))
                    : unload_into(static_cast<unsigned>(slot), or_first(drive));
}

Outcome Commands::transfer(const Numbers& numbers) {
    const auto source = library_.slot(static_cast<unsigned>(numbers[0]), modifiers_);
    if (!source)
        return source.error().code == Code::not_found ? refuse("Invalid source")
                                                      : cannot_read(source.error());
    const auto destination = library_.slot(static_cast<unsigned>(numbers[1]), modifiers_);
    if (!destination)
        return destination.error().code == Code::not_found ? refuse("Invalid destination")
                                                           : cannot_read(destination.error());
    return move(*source, *destination);
}

Outcome Commands::exchange(const Numbers& numbers) {
    const int third = numbers[2] < 0 ? numbers[0] : numbers[2];
    std::array<Place, 3> places;
    const std::array typed{numbers[0], numbers[1], third};
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto place = library_.slot(static_cast<unsigned>(typed.at(i)), modifiers_);
        if (!place)
            return place.error().code != Code::not_found ? cannot_read(place.error())
                   : i == 0                              ? refuse("Invalid source")
                                                         : refuse("Invalid destination");
        places.at(i) = *std::move(place);
    }
    const auto done = library_.exchange(places[0], places[1], places[2], modifiers_);
    return done ? Outcome::done
                : cannot_move(done.error(), "EXCHANGE MEDIUM", places[0], places[1]);
}

// --- what goes from cartridge to cartridge ---

Outcome Commands::walk(const Step& step) {
    const unsigned drive = or_first(step.numbers[0]);
    const auto elements = library_.elements(modifiers_);
    if (!elements)
        return cannot_read(elements.error());
    if (drive >= (*elements)->drives())
        return refuse(wrong_drive(drive, step.word));
    if ((*elements)->drive(drive).full && (*elements)->homes()[drive] == 0)
        return refuse(fmt::format("No Source for tape in drive {}!", drive));
    switch (step.word) {
    case Word::first:
        return first(drive);
    case Word::last:
        return last(drive);
    case Word::previous:
        return previous(drive);
    default:
        return next(drive);
    }
}

Outcome Commands::first(unsigned drive) {
    const Elements& elements = **library_.elements(modifiers_);
    const unsigned home = elements.homes()[drive];
    if (home == 1) {
        context_.out.put("loading...done.\n");
        return Outcome::done;
    }
    if (home != 0 && unload_into(home, drive) == Outcome::failed)
        return Outcome::failed;
    return load(1, static_cast<int>(drive));
}

Outcome Commands::last(unsigned drive) {
    const Elements& elements = **library_.elements(modifiers_);
    const unsigned home = elements.homes()[drive];
    const unsigned storage = elements.slots() - elements.mail_slots();
    if (home != 0 && home >= storage) {
        context_.out.put("loading...done.\n");
        return Outcome::done;
    }
    if (home != 0 && unload_into(home, drive) == Outcome::failed)
        return Outcome::failed;
    return load(static_cast<int>(storage), static_cast<int>(drive));
}

Outcome Commands::previous(unsigned drive) {
    const Elements& elements = **library_.elements(modifiers_);
    const unsigned home = elements.homes()[drive];
    if (home == 1)
        return refuse("No More Media");
    if (home != 0 && unload_into(home, drive) == Outcome::failed)
        return Outcome::failed;
    // Without a cartridge in the drive, mtx begins its search at the first mail slot.
    const unsigned behind_storage = elements.slots() - elements.mail_slots() + 1;
    unsigned number = home != 0 ? home - 1 : std::min(behind_storage, elements.slots());
    for (; number >= 1; --number)
        if (elements.slot(number).full)
            return load(static_cast<int>(number), static_cast<int>(drive));
    return refuse("No More Media");
}

Outcome Commands::next(unsigned drive) {
    const Elements& elements = **library_.elements(modifiers_);
    const unsigned home = elements.homes()[drive];
    if (home != 0 && unload_into(home, drive) == Outcome::failed)
        return Outcome::failed;
    const unsigned storage = elements.slots() - elements.mail_slots();
    for (unsigned number = home + 1; number <= storage; ++number)
        if (elements.slot(number).full)
            return load(static_cast<int>(number), static_cast<int>(drive));
    return refuse("No More Media");
}

// --- the robot ---

Outcome Commands::position(int number) {
    const unsigned wanted = number < 0 ? 1 : static_cast<unsigned>(number);
    const auto slot = library_.slot(wanted, modifiers_);
    if (!slot && slot.error().code == Code::not_found)
        return refuse(wrong_slot("Invalid", wanted, Word::position));
    if (!slot)
        return cannot_read(slot.error());
    if (const auto done = library_.position(*slot); !done) {
        context_.say("mtx: " + to_string(done.error()));
        return refuse("Could not position transport");
    }
    return Outcome::done;
}

Outcome Commands::inventory() {
    if (const auto done = library_.inventory(); !done) {
        explain(done.error());
        context_.say("Initialize Element Status (0x07) failed");
        return refuse("mtx:inventory failed");
    }
    return Outcome::done;
}

/// A changer that has nothing to give out is no failure to mtx.
Outcome Commands::eject() {
    if (const auto done = library_.eject(); !done) {
        explain(done.error());
        context_.say("Eject (0x1B) failed");
        context_.say("mtx:eject failed");
        const Code code = done.error().code;
        const bool answered = code == Code::device_refused || code == Code::device_busy ||
                              code == Code::reservation_conflict;
        return answered ? Outcome::done : Outcome::failed;
    }
    return Outcome::done;
}

} // namespace changer::mtx
