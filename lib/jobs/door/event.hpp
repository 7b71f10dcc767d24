// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/job.hpp"
#include "library/settings.hpp"
#include "scsi/unit_attention.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace changer::jobs::door {

/// The scheduler chose the job, but others of ours still run.
struct Selected {};

/// The scheduler chose the job and nothing of ours runs any more (with or without Selected before).
struct Started {};

/// Time has passed; once a second while the job runs.
struct Tick {};

/// Commands of others than this job met these; in `identifying` those of the identification.
struct Attention {
    std::vector<scsi::UnitAttention> unit_attentions;
};

/// The operator request was answered.
struct Complete {};

struct Refuse {};

struct Cancel {};

/// The device is gone. The caller drops the answer of a command that was outstanding.
struct DeviceLost {};

/// It is there again: a new session, so that PREVENT is gone and unit attentions are fresh.
struct DeviceBack {};

/// The daemon died and the state was read back. Nothing is outstanding; first of all after that.
struct Restarted {
    bool device_present = true; ///< false: nothing is sent until DeviceBack
};

/// Requests were merged into this one, or taken out of it, or a setting changed. What is given is
/// the new value.
struct Amended {
    std::optional<InventoryAction> inventory = std::nullopt;
    std::optional<std::chrono::seconds> max_open = std::nullopt;
    std::optional<std::chrono::seconds> unlock_timeout = std::nullopt;
    std::optional<library::InventoryMethod> inventory_method = std::nullopt;
};

/// Identification is over: complete, stopped, or given up. The cartridges are home.
struct Identified {
    std::optional<Error> error = std::nullopt;
};

/// The library's model agrees with the last read, and the change is in this step's transaction.
struct Reconciled {
    std::optional<Error> error = std::nullopt;
};

/// Every library of the cabinet is drained: go on, and unlock.
struct Released {};

/// Another library of the cabinet saw the door open.
struct OpenedElsewhere {
    std::uint32_t round = 0; ///< which opening it is; one that is known already changes nothing
    std::string why;
};

/// The door is closed, and quiet, for every library of the cabinet.
struct ClosedForAll {
    std::uint32_t round = 0; ///< since which opening
    bool overruled = false;  ///< the operator says so, whatever this library says
};

/// The cabinet's door job ends without its inventory: cancelled, or another part failed. As Cancel.
struct CalledOff {
    std::string why;
};

/// To a companion: its first job does not ask anybody to open the door; ask what you would ask.
struct MayAsk {};

/// Every part of the cabinet is over: none goes back to an open door by itself from here on.
struct AllOver {
    std::uint32_t round = 0; ///< the last opening that any of them knows of
    bool for_others = false; ///< the first request was cancelled, others wanted the door still
};

/// Every part has taken in AllOver.
struct CabinetDone {};

using Event = std::variant<Selected,
                           Started,
                           DeviceAnswer,
                           Attention,
                           Tick,
                           Complete,
                           Refuse,
                           Cancel,
                           DeviceLost,
                           DeviceBack,
                           Restarted,
                           Amended,
                           Identified,
                           Reconciled,
                           Released,
                           OpenedElsewhere,
                           ClosedForAll,
                           CalledOff,
                           MayAsk,
                           AllOver,
                           CabinetDone>;

} // namespace changer::jobs::door
