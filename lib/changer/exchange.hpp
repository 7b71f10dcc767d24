// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/move_verdict.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace changer {

/// One thing the robot is told in the course of an exchange.
struct ExchangeStep {
    enum class Kind : std::uint8_t {
        exchange, ///< EXCHANGE MEDIUM: both cartridges in one command
        move,     ///< MOVE MEDIUM: one of them
    };

    Kind kind = Kind::move;
    scsi::ElementAddress source{};
    scsi::ElementAddress destination{}; ///< of an exchange: where the cartridge from `source` goes
    /// Of an exchange: where the cartridge that was in `destination` goes.
    std::optional<scsi::ElementAddress> second_destination = std::nullopt;
    std::optional<std::string> barcode = std::nullopt; ///< of the cartridge in `source`, if known
    std::optional<MoveVerdict> verdict = std::nullopt; ///< none: not sent yet, or never

    bool operator==(const ExchangeStep&) const = default;
};

/// Two cartridges that change places: the one in `first` goes to `second`, the one in `second` to
/// `third`, which is empty, or `first` again: a swap.
struct ExchangeOrder {
    scsi::ElementAddress first{};
    scsi::ElementAddress second{};
    scsi::ElementAddress third{};
    std::optional<std::string> first_barcode = std::nullopt;  ///< only if `first` holds this one
    std::optional<std::string> second_barcode = std::nullopt; ///< only if `second` holds this one
    bool invert_first = false;               ///< the other side up: the cartridge from `first`
    bool invert_second = false;              ///< the other side up: the cartridge from `second`
    std::uint8_t import_export_position = 0; ///< Breece Hill: what its mail tray does
    bool one_command = false;                ///< by EXCHANGE MEDIUM, or not at all
    /// The empty slot a swap may go through on a changer without EXCHANGE MEDIUM; none: the first
    /// empty one.
    std::optional<scsi::ElementAddress> spare = std::nullopt;
    /// Is told each step before it is sent (no verdict yet) and after it; an error from the first
    /// call keeps the step from being sent, one from the second any further step.
    std::function<Result<void>(const ExchangeStep& step, std::size_t index)> journal = {};
};

/// Where an exchange stands, read from the elements themselves.
enum class ExchangeVerdict : std::uint8_t {
    done,           ///< both cartridges are where they were to go
    not_done,       ///< both are where they were
    partly_done,    ///< one is where it was to go, or on its way in a named slot; the other is not
    in_arm,         ///< one of them hangs in the arm
    unknown,        ///< the elements do not tell, or cannot be read
    refused_before, ///< a precondition does not hold: nothing was moved
};

struct ExchangeReport {
    ExchangeVerdict verdict = ExchangeVerdict::unknown;
    std::optional<Error> error = std::nullopt; ///< present unless done
    /// What was to be sent, in order, with a verdict for each step that was.
    std::vector<ExchangeStep> steps = {};
    /// What the changer said last of the elements, and of the arm where it was asked.
    std::vector<scsi::ElementStatus> seen = {};
    std::string note = {}; ///< when done in an unusual way: how
};

/// What the changer says of the elements an exchange is about.
struct ExchangePlaces {
    scsi::ElementStatus first;
    scsi::ElementStatus second;
    std::optional<scsi::ElementStatus> third = std::nullopt; ///< none: a swap
    std::optional<scsi::ElementStatus> spare = std::nullopt;
    std::vector<scsi::ElementStatus> arms = {}; ///< empty: not asked
};

/// The two cartridges, as far as they have barcodes.
struct ExchangedPair {
    std::optional<std::string> first = std::nullopt;
    std::optional<std::string> second = std::nullopt;
};

/// Tells where both cartridges are. Never refused_before.
///
/// Notes:  two cartridges that show no barcode look the same: a swap of them is `unknown`
ExchangeVerdict judge_exchange(const ExchangePlaces& places, const ExchangedPair& pair);

/// Proves that the exchange may be made; an Error says why not.
///
/// Errors: as check_move
Result<void>
check_exchange(const ExchangePlaces& places, const ExchangedPair& pair, const MoveRules& rules);

} // namespace changer
