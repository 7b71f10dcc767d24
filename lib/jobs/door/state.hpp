// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/context.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace changer::jobs::door {

/// Waits for its turn.
struct Queued {
    bool operator==(const Queued&) const = default;
};

/// Chosen; our own running jobs come to their end first. Then, where others have to come to rest
/// too, for theirs: the other libraries of the cabinet, the partitions that nobody here controls.
struct Draining {
    bool drained = false; ///< nothing of this library moves any more, until the job is over

    bool operator==(const Draining&) const = default;
};

/// Takes the cartridges out of the drives of a library that demands it.
struct EmptyingDrives {
    bool planned = false;
    std::vector<MoveMedium> moves = {}; ///< what is left, the running one first
    std::uint32_t attempts = 0;

    bool operator==(const EmptyingDrives&) const = default;
};

/// Looks at everything the door will be compared with, then sends ALLOW.
struct Unlocking {
    enum class Stage : std::uint8_t { drain, alerts, snapshot, allow };
    Stage stage = Stage::drain;
    std::uint32_t attempts = 0;

    bool operator==(const Unlocking&) const = default;
};

/// Waits for the door to be opened.
struct Unlocked {
    enum class Reread : std::uint8_t {
        no,
        evidence, ///< weak evidence: the elements decide, else the operator
        resumed,  ///< nobody watched for a while: the elements decide
    };
    Timer timeout;
    bool allow_again = false; ///< a reset, or an ALLOW that the library did not take
    Reread reread = Reread::no;

    bool operator==(const Unlocked&) const = default;
};

/// The door is, or was, open.
struct Open {
    WallTime since{};
    Timer max_open;
    bool asked = false; ///< to close it; asked once, whatever the answer
    // in a cabinet
    bool quiet = false;     ///< closed, as far as this library can tell: waits for the others
    bool overruled = false; ///< closed, whatever the libraries say: the operator says so

    bool operator==(const Open&) const = default;
};

/// The door is closed; the library looks at what was changed.
struct Settling {
    Timer budget;
    bool prevent_due = true;
    bool asked = false;

    bool operator==(const Settling&) const = default;
};

/// Why elements are read.
enum class Purpose : std::uint8_t {
    inventory,
    compare, ///< the unlock timeout is over: was it opened after all?
    cancel,
    finish, ///< only the lock is left to be put right; the outcome is known
};

enum class Ending : std::uint8_t { passed, failed, cancelled };

/// How a job ended.
struct Outcome {
    Ending ending = Ending::passed;
    std::optional<Error> error = std::nullopt; ///< present unless passed

    bool operator==(const Outcome&) const = default;
};

/// Brings the lock to what the policy says.
struct Locking {
    Purpose purpose = Purpose::inventory;
    Outcome outcome = {}; ///< for Purpose::finish
    std::uint32_t attempts = 0;

    bool operator==(const Locking&) const = default;
};

/// Reads all elements, after a rescan where the library needs one.
struct Scanning {
    Purpose purpose = Purpose::inventory;
    std::uint32_t attempts = 0;

    bool operator==(const Scanning&) const = default;
};

/// The caller loads cartridges and reads their labels.
struct Identifying {
    bool operator==(const Identifying&) const = default;
};

/// The caller makes the library's model agree with the read; then the lock is put right.
struct Reconciling {
    bool reconciled = false;
    Outcome outcome = {};
    std::uint32_t attempts = 0;

    bool operator==(const Reconciling&) const = default;
};

/// This library's part is over; it stays at rest until those of the whole cabinet are.
struct Finishing {
    Outcome outcome = {};
    bool closing = false;       ///< no part goes back to an open door any more
    bool for_others = false;    ///< then: the first request was cancelled, others had the door
    std::uint32_t attempts = 0; ///< to put the lock right again, after a restart or a new session

    bool operator==(const Finishing&) const = default;
};

struct Done {
    Outcome outcome;

    bool operator==(const Done&) const = default;
};

using Phase = std::variant<Queued,
                           Draining,
                           EmptyingDrives,
                           Unlocking,
                           Unlocked,
                           Open,
                           Settling,
                           Locking,
                           Scanning,
                           Identifying,
                           Reconciling,
                           Finishing,
                           Done>;

/// A door job, whole: where it is, and what it knows.
struct State {
    Context context;
    Phase phase = Queued{};

    bool operator==(const State&) const = default;
};

/// Returns the name of the phase as the API shows it: "emptying_drives".
std::string_view phase_name(const Phase& phase);

/// True while a human is waited for: the job's state is then `waiting`.
bool waiting(const State& state);

/// True from ALLOW until the door is closed again: moves are refused.
bool door_in_use(const State& state);

/// True before the door was seen open: a further request can still be merged into this job.
bool before_open(const State& state);

} // namespace changer::jobs::door
