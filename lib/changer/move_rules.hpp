// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/move_verdict.hpp"
#include "device/device.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/result.hpp"

#include <span>

namespace changer {

class Changer;

/// Tells what the flags of these elements can be taken for. Where one of them claims to be out of
/// reach, and nothing is known yet of what that claim is worth on this changer, all elements are
/// read: Access counts unless the quirk denies it, or no element of a ready changer has it.
Result<MoveRules>
move_rules(Changer& changer, Device& device, std::span<const scsi::ElementStatus* const> elements);

} // namespace changer
