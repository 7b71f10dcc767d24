// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/bytes.hpp"

#include <compare>
#include <cstdint>
#include <string>

namespace changer::sim {

/// Who sends commands: an initiator port's name and the ISID of its session.
struct Initiator {
    std::string name;
    std::uint64_t isid = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator's 0 for a pointer
    auto operator<=>(const Initiator&) const = default;
};

/// One login of one initiator; never used twice.
enum class NexusId : std::uint64_t {};

/// One command that the library has taken over; never used twice.
enum class TaskId : std::uint64_t {};

/// How a command ended for whoever sent it.
struct Outcome {
    bool connection_lost = false; ///< instead of an answer
    scsi::Status status = scsi::Status::good;
    Bytes data = {};  ///< not longer than the command's allocation length
    Bytes sense = {}; ///< fixed format, with CHECK CONDITION
};

} // namespace changer::sim
