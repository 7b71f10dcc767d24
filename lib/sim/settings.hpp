// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/options.hpp"

#include <span>
#include <string_view>

namespace changer::sim {

/// One thing about a simulated library that can be set: "slots=24" in a URL, --slots 24 on the
/// command line.
struct Setting {
    std::string_view name;
    std::string_view value; ///< what its value is called in help; empty: it has none
    std::string_view what;
    Result<void> (*apply)(Options& options, std::string_view value) = nullptr;
};

std::span<const Setting> settings();

/// Sets one; the personality has been chosen before.
///
/// Errors: invalid_parameter — no such setting, or a value that it cannot have
Result<void> apply_setting(Options& options, std::string_view name, std::string_view value);

} // namespace changer::sim
