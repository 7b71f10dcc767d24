// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/door/context.hpp"
#include "scsi/unit_attention.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace changer::jobs::door {

/// How much an answer says about the door.
struct Evidence {
    enum class Strength : std::uint8_t { none, weak, strong };
    Strength strength = Strength::none;
    bool reset = false;    ///< locks are lost: ALLOW or PREVENT again; says nothing of the door
    std::string text = {}; ///< of the strongest part: what was seen, in words

    bool strong() const { return strength == Strength::strong; }

    bool weak() const { return strength == Strength::weak; }
};

/// Whether codes that mean a door on some libraries and a fault on others count.
enum class Maybe : std::uint8_t { ignored, counts };

/// Judges everything an answer carries: the state it tells, its error, its unit attentions.
///
/// Notes:   codes equal to context.discounted count as nothing; `maybe` codes count only after
///          ALLOW.  TapeAlert flags are judged by new_alerts()
Evidence evidence_of(const DeviceAnswer& answer, const Context& context, Maybe maybe);

Evidence evidence_of(std::span<const scsi::UnitAttention> attentions, const Context& context);

/// Judges TapeAlert flags: 16, 18 or 19 newly set is strong evidence.
Evidence new_alerts(const AlertFlags& before, const AlertFlags& now);

/// Makes a complete read comparable; see Snapshot.
Snapshot snapshot_of(const std::vector<scsi::ElementStatus>& elements);

/// Counts elements that the library says it has not looked at, or is not sure of.
std::uint32_t count_unsettled(const std::vector<scsi::ElementStatus>& elements);

} // namespace changer::jobs::door
