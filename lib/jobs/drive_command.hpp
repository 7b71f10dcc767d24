// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/identification.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

// What jobs ask of the tape drives behind a library's data transfer elements, and what these
// answer. A drive is worked with from TakeDrive to ReleaseDrive; one command at a time for each.

namespace changer::jobs {

/// Takes a drive for this daemon: no other program can open it until ReleaseDrive.
struct TakeDrive {
    /// The cartridge that is in it, if any.
    enum class Holds : std::uint8_t {
        nothing,
        ours, ///< put there by a move of ours, and by none of anybody's since
        foreign,
    };
    Holds holds = Holds::foreign;

    bool operator==(const TakeDrive&) const = default;
};

/// Threads the tape, and reads the chip and the label. The tape stays threaded.
struct IdentifyTape {
    bool operator==(const IdentifyTape&) const = default;
};

/// Rewinds and unloads, so that the arm can take the cartridge. Nothing to unload is success.
struct UnloadTape {
    /// What the chip said of the cartridge that is meant, where that is known.
    std::optional<std::string> medium_serial = std::nullopt;

    bool operator==(const UnloadTape&) const = default;
};

/// Gives the drive back. One that was not taken is released too.
struct ReleaseDrive {
    bool operator==(const ReleaseDrive&) const = default;
};

using DriveCommand = std::variant<TakeDrive, IdentifyTape, UnloadTape, ReleaseDrive>;

/// Answers TakeDrive, UnloadTape and ReleaseDrive.
struct DriveDone {
    bool operator==(const DriveDone&) const = default;
};

/// Answers IdentifyTape.
struct Identified {
    library::Identification identification;

    bool operator==(const Identified&) const = default;
};

/// Answers any command that gave no result. After drive_in_use nothing more was sent to the drive,
/// and it is released.
struct DriveFailed {
    Error error;

    bool operator==(const DriveFailed&) const = default;
};

using DriveAnswer = std::variant<DriveDone, Identified, DriveFailed>;

/// The drive behind a data transfer element, as far as this host knows it.
struct DriveReach {
    scsi::ElementAddress address{};
    /// Why this host may not work with it; empty: it may.
    std::string barred = {};
    std::string product = {}; ///< INQUIRY's product identification, where it was asked

    bool operator==(const DriveReach&) const = default;
};

/// One command for a drive's thread; its answer carries all but the command back.
struct DriveDispatch {
    std::string job;
    std::uint64_t step = 0;
    scsi::ElementAddress drive{};
    DriveCommand command;
};

} // namespace changer::jobs
