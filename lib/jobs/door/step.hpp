// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/event.hpp"
#include "jobs/door/state.hpp"
#include "support/clock.hpp"

#include <string>
#include <variant>
#include <vector>

namespace changer::jobs::door {

/// Ask a human. Ends with EndRequest, with Complete or Refuse; one of type `service` that is
/// raised together with Finished stays until a human answers it.
struct RaiseRequest {
    RequestType type = RequestType::service;
    std::string text; ///< names the library and says what to do

    bool operator==(const RaiseRequest&) const = default;
};

/// The request is over without an answer.
struct EndRequest {
    RequestType type = RequestType::service;
    bool satisfied = false; ///< the library showed that it was done; else no longer needed

    bool operator==(const EndRequest&) const = default;
};

struct DoorChanged {
    DoorState state = DoorState::unknown;
    WallTime since{};
    std::string why;

    bool operator==(const DoorChanged&) const = default;
};

struct LockChanged {
    LockState lock = LockState::unknown;

    bool operator==(const LockChanged&) const = default;
};

/// Everything known of all elements is unverified from here on.
struct MarkStale {
    std::string since; ///< the event

    bool operator==(const MarkStale&) const = default;
};

/// The elements of the answer in this very event are what the library held before the door job:
/// take them over, so that they are not counted among its changes. No diff for the job.
struct ElementsObserved {
    bool operator==(const ElementsObserved&) const = default;
};

/// The elements of the answer in this very event are to be reconciled: keep them until Reconcile.
struct ElementsScanned {
    bool operator==(const ElementsScanned&) const = default;
};

/// Identify cartridges, then send Identified.
struct Identify {
    bool everything = false; ///< else only slots that went from empty to full

    bool operator==(const Identify&) const = default;
};

/// Stop identifying after the current cartridge, which goes home; send Identified in any case.
struct StopIdentifying {
    bool operator==(const StopIdentifying&) const = default;
};

/// Make the model agree with the elements kept, tell the diff, send Reconciled.
struct Reconcile {
    library::InventoryMethod inventory = library::InventoryMethod::none;
    std::uint32_t unsettled = 0; ///< elements to be told as `unknown`

    bool operator==(const Reconcile&) const = default;
};

/// A line for the job's log.
struct Log {
    std::string text;

    bool operator==(const Log&) const = default;
};

struct Finished {
    Outcome outcome;

    bool operator==(const Finished&) const = default;
};

using Notice = std::variant<RaiseRequest,
                            EndRequest,
                            DoorChanged,
                            LockChanged,
                            MarkStale,
                            ElementsObserved,
                            ElementsScanned,
                            Identify,
                            StopIdentifying,
                            Reconcile,
                            Log,
                            Finished>;

/// What follows from an event.
struct Step {
    State next;
    bool record = false;                      ///< `next` must be durable before the commands start
    std::vector<DeviceCommand> commands = {}; ///< at most one
    std::vector<Notice> notices = {};
};

/// Takes a door job one event further.
///
/// Notes:   pure; every pair of phase and event has an outcome of its own. At most one command is
///          ever outstanding: its DeviceAnswer, DeviceLost or Restarted ends that. An answer that
///          nobody waits for changes nothing.
Step step(const State& state, const Event& event, const Now& now);

/// Starts a job whose door is open already: in `open`, as it was asked for.
Step found_open(const State& state, const std::string& evidence, const Now& now);

/// Returns what a door job is like that nobody asked for: the operator is asked at once to close
/// the door, and at most a fast inventory follows.
Parameters unsolicited(Parameters parameters);

/// Decides whether what a command outside a door job met means that the door was opened; the text
/// says why. `maybe` and weak codes do not.
std::optional<std::string> opened(const DeviceAnswer& answer, scsi::VendorFamily family);

} // namespace changer::jobs::door
