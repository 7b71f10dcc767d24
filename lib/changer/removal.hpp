// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "support/sense.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// How a changer took PREVENT or ALLOW.
enum class RemovalVerdict : std::uint8_t {
    good,    ///< accepted; whether it holds a door is another question: door_lock_effective()
    refused, ///< it cannot, or another host prevents
    unknown, ///< not ready, or no answer: nobody knows what holds now
};

struct RemovalAnswer {
    RemovalVerdict verdict = RemovalVerdict::unknown;
    std::optional<Sense> sense = std::nullopt;
    std::string why = {}; ///< empty when good
};

/// Sends PREVENT ALLOW MEDIUM REMOVAL; both may be said twice, so that a unit attention in their
/// way is recorded and they are repeated.
RemovalAnswer send_prevent(Device& device);
RemovalAnswer send_allow(Device& device);

/// Tells whether a PREVENT that was answered GOOD keeps the door shut: the quirk's word, else what
/// mode page 1Fh/41h (LCKD) says, else unknown.
///
/// Errors: only where the device gave no answer
Result<Support> read_door_lock_effective(Device& device);

} // namespace changer
