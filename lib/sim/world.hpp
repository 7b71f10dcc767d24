// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/move_medium.hpp"
#include "sim/cells.hpp"
#include "sim/command.hpp"
#include "sim/faults.hpp"
#include "sim/nexuses.hpp"
#include "sim/response.hpp"
#include "sim/snapshot.hpp"
#include "sim/timeline.hpp"

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace changer::sim {

/// One command that was taken over and whose outcome nobody has taken yet.
struct Task {
    NexusId nexus{};
    std::uint64_t lun = 0;
    scsi::Cdb cdb;
    std::optional<Fault> fault = {}; ///< does something to the answer, or to the move
    bool never_answered = false;
    std::optional<Outcome> outcome = {};
};

/// A walk of the arm along cells, looking at each.
struct Scan {
    std::optional<scsi::ElementRange> range = {}; ///< none: storage and mail slots
    bool door = false;                            ///< nobody asked for it: the door was closed
    std::size_t next_cell = 0;
};

/// One thing the arm is asked to do. The arm does one at a time.
struct Motion {
    TaskId task{};   ///< none for the scan after the door was closed
    NexusId nexus{}; ///< none once its sender has given up: then it is nobody's
    std::optional<scsi::MoveMedium> move = {};
    std::optional<Scan> scan = {};
    std::optional<Effect> effect = {}; ///< stuck, reset
    bool must_run = false; ///< stays queued although its sender is gone: the connection was cut
};

struct Robot {
    std::deque<Motion> waiting = {};
    std::optional<Motion> running = {};
    Timeline::Key next_step = {};
};

struct Drive {
    scsi::ElementAddress address{};
    std::string serial_number;
    bool loaded = false; ///< threaded; else the cartridge, if any, only sits in it
    bool busy = false;   ///< threading or rewinding
    Timeline::Key next_step = {};
};

/// Everything a library is, at timeline.now(). The functions that change it are in robot.hpp,
/// door.hpp, tasks.hpp and units.hpp; Library locks it and brings it up to the clock.
struct World {
    World(const Options& from, SteadyTime start);

    Options options;
    Timeline timeline;
    Cells cells;
    Nexuses nexuses;
    Faults faults = {};
    std::uint64_t last_task = 0;
    std::map<TaskId, Task> tasks = {};
    Robot robot = {};
    std::vector<Drive> drives = {};
    DoorState door = DoorState::closed;
    bool mail_open = false;
    bool online = true;
    bool restarting = false;
    std::map<std::uint8_t, unsigned> changer_commands = {};
    std::map<std::uint8_t, unsigned> drive_commands = {};
    unsigned moves = 0;
    std::mt19937_64 random;

    const Personality& personality() const { return options.personality; }

    /// The drive in this element; null if it is another kind of element.
    Drive* drive_at(scsi::ElementAddress address);
};

/// Why the changer is not ready for this nexus; nothing if it is.
///
/// Source:  SMC-3 and T10 additional sense codes; the door code is the personality's
std::optional<Sense> not_ready(const World& world);

/// Whether the door's position shows in the changer's answers.
bool door_shows(const World& world);

/// Whether the library walks along its cells and says so.
bool scan_shows(const World& world);

} // namespace changer::sim
