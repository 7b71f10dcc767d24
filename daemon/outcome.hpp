// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstdint>

namespace changer::daemon {

/// Why a request was refused, where HTTP has a more exact status than that of the error's code.
enum class Refusal : std::uint8_t {
    by_code,
    key_reused, ///< its idempotency key was used for another request
    moved_on,   ///< what it was to change is no longer as its sender read it
};

/// What came of a request.
template <class T>
struct Outcome {
    Result<T> result;
    Refusal refusal = Refusal::by_code; ///< of an error
};

} // namespace changer::daemon
