// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_status.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/types.hpp"
#include "scsi/unit_attention.hpp"
#include "support/result.hpp"
#include "support/sense.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What jobs ask of a changer's device thread, and what it answers. Jobs know no transport: the
// caller carries a DeviceCommand to the thread and its DeviceAnswer back, one at a time for a job.

namespace changer::jobs {

/// Asks whether the library is ready (TEST UNIT READY).
struct TestReady {
    bool operator==(const TestReady&) const = default;
};

/// Reads the library's TapeAlert page (2Eh).
struct ReadAlerts {
    bool operator==(const ReadAlerts&) const = default;
};

/// Reads every element of all four types, with barcodes.
struct ReadElements {
    bool operator==(const ReadElements&) const = default;
};

/// Makes the library look at its cells again (INITIALIZE ELEMENT STATUS).
struct Rescan {
    bool operator==(const Rescan&) const = default;
};

/// Sends ALLOW on every path that sent PREVENT.
struct AllowRemoval {
    bool operator==(const AllowRemoval&) const = default;
};

/// Sends PREVENT.
struct PreventRemoval {
    bool operator==(const PreventRemoval&) const = default;
};

/// Moves one cartridge, after proving source and destination; never repeated blindly.
struct MoveMedium {
    scsi::ElementAddress source{};
    scsi::ElementAddress destination{};
    std::optional<std::string> barcode = std::nullopt; ///< what the source must hold, where known

    bool operator==(const MoveMedium&) const = default;
};

/// Makes two cartridges change places: the one in `first` goes to `second`, the one in `second` to
/// `third`, which is empty, or `first` again: a swap. In one command where the library has it, else
/// move by move. Each step is told (see ExchangeStep) before it is sent.
struct ExchangeMedia {
    scsi::ElementAddress first{};
    scsi::ElementAddress second{};
    scsi::ElementAddress third{};
    std::optional<scsi::ElementAddress> spare = std::nullopt; ///< the slot a swap may go through
    std::optional<std::string> first_barcode = std::nullopt;
    std::optional<std::string> second_barcode = std::nullopt;

    bool swap() const { return third == first; }

    bool operator==(const ExchangeMedia&) const = default;
};

/// Tells from the elements where a move stands whose answer was never seen; moves nothing. Waits
/// while the arm is still at work.
struct VerifyMove {
    MoveMedium move;

    bool operator==(const VerifyMove&) const = default;
};

/// Tells the same of an exchange that was one command.
struct VerifyExchange {
    ExchangeMedia exchange;

    bool operator==(const VerifyExchange&) const = default;
};

/// Sends the arm in front of an element; no cartridge is moved.
struct PositionArm {
    scsi::ElementAddress element{};

    bool operator==(const PositionArm&) const = default;
};

using DeviceCommand = std::variant<TestReady,
                                   ReadAlerts,
                                   ReadElements,
                                   Rescan,
                                   AllowRemoval,
                                   PreventRemoval,
                                   MoveMedium,
                                   VerifyMove,
                                   ExchangeMedia,
                                   VerifyExchange,
                                   PositionArm>;

/// Answers TestReady.
struct Readiness {
    bool ready = false;
    std::optional<Sense> not_ready = std::nullopt; ///< why not, key 2

    bool operator==(const Readiness&) const = default;
};

using AlertFlags = scsi::TapeAlertFlags;

/// Answers ReadAlerts.
struct Alerts {
    std::optional<AlertFlags> flags = std::nullopt; ///< none: the library has no such page

    bool operator==(const Alerts&) const = default;
};

/// Answers ReadElements: one complete read.
struct Elements {
    std::vector<scsi::ElementStatus> elements = {};

    bool operator==(const Elements&) const = default;
};

/// Answers Rescan.
struct Rescanned {
    bool operator==(const Rescanned&) const = default;
};

enum class RemovalVerdict : std::uint8_t {
    good,
    refused, ///< the library answered, and not with GOOD
    unknown, ///< no answer, or not from every path
};

/// Answers AllowRemoval and PreventRemoval.
struct Removal {
    RemovalVerdict verdict = RemovalVerdict::unknown;
    std::optional<Sense> sense = std::nullopt;

    bool operator==(const Removal&) const = default;
};

enum class MoveVerdict : std::uint8_t {
    done,
    not_done,
    in_arm,
    unknown,
    refused_before, ///< the proof before the move failed: no MOVE was sent
};

/// Answers MoveMedium and VerifyMove.
struct Moved {
    MoveVerdict verdict = MoveVerdict::unknown;
    std::optional<Error> error = std::nullopt;
    std::vector<scsi::ElementStatus> seen = {}; ///< the elements read to reach the verdict

    bool operator==(const Moved&) const = default;
};

/// One thing the robot is told in the course of an exchange.
struct ExchangeStep {
    enum class Kind : std::uint8_t {
        exchange, ///< both cartridges in one command
        move,
    };
    Kind kind = Kind::move;
    scsi::ElementAddress source{};
    scsi::ElementAddress destination{};
    std::optional<scsi::ElementAddress> second_destination = std::nullopt; ///< of an exchange
    std::optional<std::string> barcode = std::nullopt; ///< of the cartridge in `source`
    std::optional<MoveVerdict> verdict = std::nullopt; ///< none: not known yet, or never sent

    bool operator==(const ExchangeStep&) const = default;
};

enum class ExchangeVerdict : std::uint8_t {
    done,
    not_done,
    partly_done, ///< one cartridge has moved, the other is not where it was to go
    in_arm,
    unknown,
    refused_before, ///< the proof before the exchange failed: nothing was moved
};

/// Answers ExchangeMedia and VerifyExchange.
struct Exchanged {
    ExchangeVerdict verdict = ExchangeVerdict::unknown;
    std::optional<Error> error = std::nullopt;
    std::vector<ExchangeStep> steps = {};       ///< those sent have a verdict
    std::vector<scsi::ElementStatus> seen = {}; ///< the elements read to reach the verdict
    std::string note = {};                      ///< when done in an unusual way: how

    bool operator==(const Exchanged&) const = default;
};

/// Answers PositionArm.
struct Positioned {
    bool operator==(const Positioned&) const = default;
};

/// Answers any command that gave no result.
struct DeviceFailed {
    Error error;

    bool operator==(const DeviceFailed&) const = default;
};

/// One answer, and the unit attentions that were met on the way to it, oldest first.
struct DeviceAnswer {
    std::variant<Readiness,
                 Alerts,
                 Elements,
                 Rescanned,
                 Removal,
                 Moved,
                 Exchanged,
                 Positioned,
                 DeviceFailed>
        answer;
    std::vector<scsi::UnitAttention> unit_attentions = {};

    bool operator==(const DeviceAnswer&) const = default;
};

} // namespace changer::jobs
