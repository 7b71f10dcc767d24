// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// Makes the id of a library that nobody configured: vendor and serial number in lower case, what
/// an id cannot hold replaced by '-'.
std::string discovered_id(std::string_view vendor, std::string_view serial);

/// Adds the changers of this machine that are not in `libraries` yet. Their doors are never locked
/// unasked: nobody said that PREVENT does not shut their mail slots too.
void add_discovered(std::vector<LibraryConfig>& libraries);

} // namespace changer::daemon
