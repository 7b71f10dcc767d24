// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/elements.hpp"
#include "mtx/texts.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer::mtx {

/// How the words before a command want it done.
struct Modifiers {
    bool no_barcodes = false;
    bool untyped = false; ///< altres: the changer does not tell element types apart
    bool invert = false;
    bool invert_second = false;
    std::uint8_t import_export_position = 0; ///< eepos
};

/// A slot or a drive that a command names.
struct Place {
    unsigned number = 0; ///< as typed: slots from 1, drives from 0
    scsi::ElementAddress address{};
    bool full = false;
    std::optional<scsi::ElementStatus> seen = std::nullopt; ///< read just now
};

/// A place as all elements show it.
Place place_of(unsigned number, const ElementView& view);

/// A drive, and the slot its cartridge goes back to.
struct Home {
    Place drive;
    Place slot;
};

/// One library as mtx's commands see it, whoever serves it: the device itself, or the daemon that
/// owns the device.
///
/// Errors: besides those named, the device's or the daemon's, for people to read
class Library {
  public:
    virtual ~Library() = default;

    virtual Result<InquiryFields> inquiry() = 0;

    /// Comes before everything a command that moves does, its looking included.
    ///
    /// Blocks:  while somebody else moves
    /// Errors:  busy — somebody else goes on moving; door_open — someone has the door
    virtual Result<void> begin_act() = 0;

    /// Everything that is where; read once, then kept up with what is moved.
    virtual Result<const Elements*> elements(const Modifiers& modifiers) = 0;

    /// Errors: not_found — there is no such slot
    virtual Result<Place> slot(unsigned number, const Modifiers& modifiers) = 0;

    /// Errors: not_found — there is no such drive
    virtual Result<Place> drive(unsigned number, const Modifiers& modifiers) = 0;

    /// Where the cartridge in a drive goes back to.
    ///
    /// Errors: not_found — there is no such drive; source_empty — the drive is empty;
    ///         resource_not_present — there is no slot for it
    virtual Result<Home> home(unsigned drive, const Modifiers& modifiers) = 0;

    /// Moves a cartridge; only the elements themselves make it a success.
    ///
    /// Errors: source_empty, destination_full — nothing was moved
    virtual Result<void> move(const Place& from, const Place& to, const Modifiers& modifiers) = 0;

    virtual Result<void> exchange(const Place& source,
                                  const Place& first_destination,
                                  const Place& second_destination,
                                  const Modifiers& modifiers) = 0;

    virtual Result<void> position(const Place& place) = 0;

    virtual Result<void> inventory() = 0;

    virtual Result<void> eject() = 0;

    /// What the incumbent says when the elements cannot be read; empty where it has no such case.
    virtual std::string_view cannot_read() const = 0;
};

/// Finds the slot for the cartridge in a drive among all elements.
///
/// Errors: source_empty, resource_not_present: as Library::home()
Result<Home> home_in(const Elements& elements, unsigned drive);

} // namespace changer::mtx
