// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <functional>

namespace changer {

class Changer;
class Device;

/// What one look at the elements shows of a motion whose answer was lost.
enum class Sight : std::uint8_t { done, not_begun, between };

/// Looks until the elements tell that a motion is done, or keep telling that it has not begun: the
/// robot may still be at work when its answer is lost.
///
/// Blocks: up to three minutes
/// Errors: the last look's, where there was none at the end
Result<void> settle(Changer& changer, Device& device, const std::function<Result<Sight>()>& look);

} // namespace changer
