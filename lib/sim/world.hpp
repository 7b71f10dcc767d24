// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/position_to_element.hpp"
#include "scsi/smc/send_volume_tag.hpp"
#include "sim/cells.hpp"
#include "sim/command.hpp"
#include "sim/drive.hpp"
#include "sim/faults.hpp"
#include "sim/nexuses.hpp"
#include "sim/reservation.hpp"
#include "sim/response.hpp"
#include "sim/snapshot.hpp"
#include "sim/timeline.hpp"

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace changer::sim {

/// One command that was taken over and whose outcome nobody has taken yet.
struct Task {
    NexusId nexus{};
    std::uint64_t lun = 0;
    scsi::Cdb cdb;
    Bytes data_out = {};
    std::optional<Fault> fault = {}; ///< does something to the answer, or to the move
    bool never_answered = false;
    std::optional<Outcome> outcome = {};
};

/// A walk of the arm along cells, looking at each.
struct Scan {
    /// None: storage and mail slots, or, if nobody asked for it, what hands may have changed.
    std::optional<scsi::ElementRange> range = {};
    bool by_itself = false; ///< nobody asked for it: the door was closed, a magazine pushed in
    std::size_t next_cell = 0;
    std::chrono::milliseconds per_cell{0};
};

/// One thing the arm is asked to do. The arm does one at a time.
struct Motion {
    using Goal =
        std::variant<Scan, scsi::MoveMedium, scsi::ExchangeMedium, scsi::PositionToElement>;

    TaskId task{};   ///< none if no command asked for it
    NexusId nexus{}; ///< none once its sender has given up: then it is nobody's
    Goal goal = Scan{};
    std::optional<Effect> effect = {}; ///< stuck, reset
    bool must_run = false; ///< stays queued although its sender is gone: the connection was cut

    bool scans() const { return std::holds_alternative<Scan>(goal); }
};

/// What SEND VOLUME TAG looks for, and REQUEST VOLUME ELEMENT ADDRESS answers.
struct TagSearch {
    scsi::ElementType type = scsi::ElementType::any;
    scsi::ElementAddress start{};
    scsi::VolumeTagAction action = scsi::VolumeTagAction::translate_all;
    scsi::VolumeTagTemplate wanted = {};
};

struct Robot {
    std::deque<Motion> waiting = {};
    std::optional<Motion> running = {};
    Timeline::Key next_step = {};
    std::vector<TaskId> readers = {}; ///< commands that wait until the arm stands still

    /// Whether a cartridge is on its way, or the arm itself.
    bool moving() const { return running && !running->scans(); }
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
    std::map<std::uint64_t, Reservation> reservations = {}; ///< by LUN
    std::uint64_t last_task = 0;
    std::map<TaskId, Task> tasks = {};
    Robot robot = {};
    std::vector<Drive> drives = {};
    DoorState door = DoorState::closed;
    std::set<unsigned> magazines_out = {};       ///< from 1
    std::map<std::string, Cartridge> shelf = {}; ///< what hands took out, by barcode
    unsigned last_cartridge = 0;                 ///< the number of the newest one
    bool mail_open = false;
    bool online = true;
    bool restarting = false;
    std::map<std::uint8_t, unsigned> changer_commands = {};
    std::map<std::uint8_t, unsigned> drive_commands = {};
    unsigned moves = 0;
    std::map<NexusId, TagSearch> searches = {}; ///< what SEND VOLUME TAG asked for last
    std::mt19937_64 random;

    const Personality& personality() const { return options.personality; }

    const Unkindness& unkind() const { return options.personality.unkind; }

    /// The drive in this element; null if it is another kind of element.
    Drive* drive_at(scsi::ElementAddress address);
    const Drive* drive_at(scsi::ElementAddress address) const;

    /// The drive at this LUN; null if there is none.
    Drive* drive_of(std::uint64_t lun);
    const Drive* drive_of(std::uint64_t lun) const;

    /// The LUN of a drive of this library.
    std::uint64_t lun_of(const Drive& drive) const;
};

/// Why the changer is not ready for this nexus; nothing if it is.
///
/// Source:  SMC-3 and T10 additional sense codes; the codes of the door and of magazines are the
///          personality's
std::optional<Sense> not_ready(const World& world);

/// Whether the door's position shows in the changer's answers.
bool door_shows(const World& world);

/// Whether hands can reach storage now, through the door or with a magazine in them.
bool opened(const World& world);

/// Whether the library walks along its cells and says so.
bool scan_shows(const World& world);

} // namespace changer::sim
