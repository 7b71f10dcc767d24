// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// What a drive says to TEST UNIT READY, in words.
enum class DriveState : std::uint8_t {
    ready,            ///< a tape is threaded
    empty,            ///< no cartridge
    loading,          ///< becoming ready, or unloading: waiting helps
    unloaded,         ///< a cartridge is in it and not threaded
    cleaning,         ///< the cartridge in it is a cleaning cartridge, at work or done
    cleaning_refused, ///< a cleaning cartridge that is used up, or none for this drive
    incompatible,     ///< a cartridge this drive cannot use
    not_ready,        ///< anything else: the sense says what
};

/// Returns the enumerator's spelling.
std::string_view name(DriveState state);

/// A drive's state, and what it was told by.
struct DriveStatus {
    DriveState state = DriveState::ready;
    std::optional<Sense> sense = std::nullopt; ///< none when ready
    std::string text = {};                     ///< what the sense means; empty when ready
};

/// Judges the sense that TEST UNIT READY, or a command that wants a tape, was answered with.
///
/// Source:  SPC-4, additional sense codes; SSC-4, TEST UNIT READY; LTO drives' manuals for 3A/03
///          and 3A/04: seated, not threaded
DriveState drive_state(const Sense& sense, scsi::VendorFamily family);

/// Whether an answer says that somebody else uses the drive: a reservation, or removal prevented by
/// another host (53/02) or through the drive (53/03).
bool says_in_use(const Error& error);

} // namespace changer
