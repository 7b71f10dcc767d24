// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/environment.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace changer::mtx {

/// A device as the command line names it.
struct NamedDevice {
    std::string name;   ///< as typed: what status prints
    std::string url;    ///< for whoever opens it: a path is made absolute, links are followed
    std::string serial; ///< of a device of this machine, from sysfs; empty: not known
};

/// Whether a device's name is a URL of lib/open; else it is the name of a file.
bool is_url(std::string_view name);

/// Learns about a device what can be learnt without a command to it.
NamedDevice look_at(const std::string& name, const std::filesystem::path& sysfs);

/// Finds the library of the daemon that owns a device; none if nobody does, or no daemon runs.
/// A daemon that is there and does not answer as it should may own it: that is an error, and
/// nothing is to be sent.
///
/// Blocks:  up to the environment's patience
/// Errors:  access_denied — the daemon owns it, and the caller may not use that library;
///          unreachable, malformed_response and others: it is not known whether somebody owns it
Result<std::optional<std::string>> owner_of(const NamedDevice& device,
                                            const Environment& environment);

} // namespace changer::mtx
