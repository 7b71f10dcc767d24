// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"
#include "support/result.hpp"

#include <optional>

namespace changer::daemon {

/// Writes a refusal as an RFC 9457 document.
///
/// Notes:   `status` replaces the code's own where HTTP has a more exact one (405, 413, 422, 431)
HttpResponse problem(const Error& error, std::optional<int> status = std::nullopt);

} // namespace changer::daemon
