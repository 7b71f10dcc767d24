// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/device_command.hpp"
#include "jobs/drive_command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace changer::jobs {

/// One document that must be written, or removed if it has no value.
struct Change {
    std::string key; ///< "job/main-3", "element/1000"
    std::optional<std::string> value;

    bool operator==(const Change&) const = default;
};

/// One command for the device thread; its answer carries job and step back.
struct Dispatch {
    std::string job; ///< empty: the library's own poll
    std::uint64_t step = 0;
    DeviceCommand command;
};

/// A hint for readers that something may be fetched anew.
struct Notice {
    std::string type; ///< job, door, elements, media, operator_request, library, diff, ...
    std::optional<std::string> job;
    std::string text = {}; ///< for the log, where there is something to say

    bool operator==(const Notice&) const = default;
};

/// What an event leads to. `changes` are one transaction: they are durable before any command of
/// the same effects starts and before any notice of them is published.
struct Effects {
    std::vector<Change> changes;
    std::vector<Dispatch> commands;                 ///< at most one
    std::vector<DriveDispatch> drive_commands = {}; ///< at most one for a drive
    std::vector<Notice> notices;
};

} // namespace changer::jobs
