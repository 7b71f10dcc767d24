// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/job.hpp"
#include "jobs/out_of_use.hpp"
#include "library/model.hpp"
#include "library/settings.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace changer::jobs {

/// Who asks, and what he may do with this library.
struct Principal {
    std::string name; ///< "uid:0", or "daemon"
    bool use = false;
    bool modify = false;
    bool control = false;
};

/// Whether the library can be reached.
enum class Reach : std::uint8_t {
    starting,
    online,
    grace, ///< gone for less than path_grace_seconds: busy, not offline
    offline,
};

/// Another library behind the same door, for who asks for it.
struct CabinetMember {
    std::string library;
    bool enabled = true;
    bool control = false; ///< the right of who asks

    bool operator==(const CabinetMember&) const = default;
};

/// What a submission is checked against.
struct SubmissionContext {
    const library::Model& model;
    const library::Settings& settings;
    Reach reach = Reach::starting;
    std::string detail;                      ///< why it is not online
    std::vector<CabinetMember> members = {}; ///< of its cabinet, without itself; for a door
    /// The door job that has the door unlocked or open now.
    std::optional<std::string> door_job = std::nullopt;
    const OutOfUse* out_of_use = nullptr; ///< none: every drive and cartridge is in use
    bool drives = false;                  ///< this host can work with at least one of the library's
};

/// Checks a request in the order that callers can rely on: parameters, access, enabled, online, has
/// a door, nobody has it. The first that fails is told. Access and enabled have to hold for every
/// library behind the same door; one of those that is offline is waited for.
///
/// Errors:  invalid_parameter, not_found, resource_not_present — a place or cartridge that does not
///          exist.  access_denied.  resource_disabled — the library, the drive or the cartridge.
///          busy — starting, or just lost.
///          library_offline.  resource_not_present — no door.  device_not_available — no drive for
///          a full inventory.  door_open — a move that its client waits for, while a door job has
///          the door
Result<void> check_submission(const JobRequest& request,
                              const Principal& principal,
                              const SubmissionContext& context);

/// Why a move that its client waits for is not queued behind an open door: nobody knows for how
/// long. Names the door job.
Error door_taken(const std::string& library, const std::string& door_job);

} // namespace changer::jobs
