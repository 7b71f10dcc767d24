// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/door/timer.hpp"
#include "jobs/job.hpp"
#include "library/settings.hpp"
#include "scsi/sense_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::jobs::door {

enum class DoorState : std::uint8_t { unknown, closed, open };

/// What software did to the lock, and what is known of its effect.
enum class LockState : std::uint8_t {
    unknown,
    requested, ///< PREVENT was answered GOOD; whether it holds this door nobody said
    locked,    ///< PREVENT was answered GOOD, and is known to hold this door
    unlocked,
    not_effective, ///< the library refuses PREVENT and ALLOW
};

/// What is asked of a human; at most one thing at a time for a job.
enum class RequestType : std::uint8_t {
    open_door,      ///< it cannot be unlocked by software
    confirm_opened, ///< was it opened and closed?
    close_door,
    confirm_idle, ///< are the partitions at rest that nobody here controls?
    service,      ///< the library does not become ready, or its lock does not answer
};

std::string_view name(DoorState state);
std::string_view name(LockState state);
std::string_view name(RequestType type);

/// Everything the caller decided before the job started, from request, settings and quirks.
struct Parameters {
    std::string library; ///< as operators know it: for texts
    InventoryAction inventory = InventoryAction::by_default;
    /// What by_default becomes when the door closes; the caller amends it when the setting changes.
    library::InventoryMethod inventory_method = library::InventoryMethod::fast;
    std::chrono::seconds max_open{1800}; ///< 0: asked to close as soon as it opens
    std::chrono::seconds unlock_timeout{900};
    std::chrono::seconds quiet{10};
    std::chrono::seconds settle_budget{7200}; ///< some libraries scan for an hour
    std::chrono::seconds absence_budget{900}; ///< how long a lost device is waited for
    library::DoorKind kind = library::DoorKind::door;
    library::LockPolicy lock_policy = library::LockPolicy::jobs;
    std::optional<bool> lockable = std::nullopt; ///< none: found out by trying
    bool lock_holds_door = false; ///< a quirk, the configuration or LCKD says PREVENT holds it
    bool reports_door = true;     ///< false: it never says that its door is open
    bool empties_drives = false;  ///< drives must be empty before its door is opened
    bool rescans = false;         ///< it looks at its cells only when told to
    bool barcode_reader = true;
    std::string how_to_open = {}; ///< for libraries without a software lock; "" is fine
    /// Partitions behind the same door that nobody here controls, as operators know them.
    std::vector<std::string> foreign = {};
    scsi::VendorFamily family = scsi::VendorFamily::generic;

    bool operator==(const Parameters&) const = default;
};

/// What a complete read showed outside mail slots and drives, made comparable: two equal ones mean
/// that no slot was filled, emptied, exchanged, or taken out with its magazine.
struct Snapshot {
    std::uint64_t digest = 0;
    std::uint32_t slots = 0;
    std::uint32_t full = 0;

    bool operator==(const Snapshot&) const = default;
};

/// The device does not answer, or is not there at all.
struct Absence {
    Timer timer;
    bool gone = false; ///< nothing is sent until it is back

    bool operator==(const Absence&) const = default;
};

/// This job's part in the door of a cabinet, which other libraries share; see jobs/cabinet.hpp.
struct CabinetPart {
    /// It was asked for. The others are its companions: about the door they ask nobody unasked.
    bool leads = true;
    std::vector<std::string> others = {}; ///< the libraries that share the door, for texts
    /// How often the door was opened so far, as all parts count together: who hears of a higher
    /// number has missed an opening.
    std::uint32_t round = 0;
    std::optional<RequestType> unasked = std::nullopt; ///< what a companion would have asked

    bool operator==(const CabinetPart&) const = default;
};

/// What the machine remembers only while it runs. Losing it costs time, never truth.
struct Volatile {
    std::optional<DeviceCommand> outstanding = std::nullopt; ///< sent and not yet answered
    std::optional<SteadyTime> polled_at = std::nullopt;
    std::optional<SteadyTime> alerts_at = std::nullopt;
    std::optional<SteadyTime> quiet_since = std::nullopt; ///< open: no door evidence since
    std::optional<SteadyTime> read_at = std::nullopt;     ///< settling: the last element read
    std::optional<std::uint32_t> least_unsettled = std::nullopt;
    std::optional<SteadyTime> least_since = std::nullopt;
    std::optional<SteadyTime> allowed_at = std::nullopt; ///< the last ALLOW
    std::optional<Sense> not_ready = std::nullopt;       ///< as last seen
};

/// What all phases share.
struct Context {
    Parameters parameters;
    DoorState door = DoorState::unknown;
    LockState lock = LockState::unknown;
    std::optional<RequestType> request = std::nullopt; ///< raised and not yet over
    bool cancelled = false;
    std::string called_off = {}; ///< why, where not its own request cancelled it
    std::optional<CabinetPart> cabinet = std::nullopt;
    bool foreign_idle = false; ///< the operator says so of the foreign partitions
    bool allowed = false;      ///< ALLOW has been sent, or cannot be: `maybe` codes count from here
    bool prevented = false;    ///< this job has sent PREVENT since then
    bool rescanned = false;
    std::uint32_t restarts = 0; ///< how often a finished read was begun again since the door closed
    std::optional<library::InventoryMethod> resolved = std::nullopt; ///< set when the door closes
    std::optional<Snapshot> before = std::nullopt;
    std::optional<AlertFlags> alerts = std::nullopt; ///< as last read; a flag newly set is evidence
    /// A not-ready code that was there before, or that the operator has overruled: it says nothing
    /// new about the door until the library has once answered otherwise.
    std::optional<Sense> discounted = std::nullopt;
    std::string evidence = {};   ///< what showed that the door was opened
    std::uint32_t unsettled = 0; ///< elements the library never finished looking at
    std::optional<Absence> absence = std::nullopt;
    Volatile memory = {};

    /// True if PREVENT was answered GOOD and nothing has undone it.
    bool lock_held() const { return lock == LockState::requested || lock == LockState::locked; }
};

/// Compares what is written down: everything but `memory`.
bool operator==(const Context& a, const Context& b);

} // namespace changer::jobs::door
