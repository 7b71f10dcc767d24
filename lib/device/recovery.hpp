// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "scsi/spc/sense.hpp"
#include "support/result.hpp"
#include "transport/transport.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace changer {

/// What the end of one attempt at a command amounts to.
enum class Situation : std::uint8_t {
    good,           ///< done; recovered errors are among it
    unit_attention, ///< not executed: something else happened before
    deferred,       ///< not executed: an earlier command's error was reported instead
    busy,           ///< not executed: BUSY, TASK SET FULL
    passing_fault,  ///< a fault of the path or the target that passes
    lost,           ///< no answer: the session broke
    refused,        ///< anything else: for the caller to judge
};

inline constexpr std::size_t situation_count = 7;

/// How often a command without effect on media is repeated in a situation, and after which pause.
struct RecoveryRow {
    Situation situation = Situation::refused;
    unsigned repeats = 0;
    std::array<std::chrono::milliseconds, 6> pauses{}; ///< the last non-zero one goes on
    std::string_view why;
};

/// One answer, its sense decoded.
struct Answer {
    Result<Completion> completion;
    std::optional<scsi::SenseData> sense = std::nullopt; ///< none: absent, or not decodable
};

/// What has happened to one command so far.
struct Attempts {
    std::array<unsigned, situation_count> met{};
    std::optional<Sense> unit_attention = std::nullopt; ///< the one met by the attempt before
};

struct Recovery {
    bool repeat = false;
    std::chrono::milliseconds pause{0};
};

/// Tells what an answer amounts to.
Situation situation_of(const Answer& answer, scsi::VendorFamily family);

/// Decides what follows on an answer to a command without effect on media, and notes it in
/// `attempts`. A command that moves media is never repeated by this table.
///
/// Notes:  the same unit attention twice running is an outcome: no repeat
Recovery recover(const Answer& answer, Attempts& attempts, scsi::VendorFamily family);

/// Makes the error of an answer that is not good: with the sense, and what it means.
Error error_of(const Answer& answer, scsi::VendorFamily family);

} // namespace changer
