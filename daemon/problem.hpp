// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"
#include "outcome.hpp"
#include "support/result.hpp"

#include <optional>
#include <string_view>

namespace changer::daemon {

/// Writes a refusal as an RFC 9457 document.
///
/// Notes:   `status` replaces the code's own where HTTP has a more exact one (405, 413, 422, 431)
HttpResponse problem(const Error& error, std::optional<int> status = std::nullopt);

/// Writes the refusal of a request that had an outcome.
HttpResponse problem(const Error& error, Refusal refusal);

/// Says that there is no such thing: "there is no library main".
Error no_such(std::string_view what, std::string_view id);

} // namespace changer::daemon
