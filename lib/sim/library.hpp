// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "sim/command.hpp"
#include "sim/fault.hpp"
#include "sim/options.hpp"
#include "sim/snapshot.hpp"
#include "support/clock.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace changer::sim {

struct World;

/// Where an operator takes a cartridge from.
enum class Origin : std::uint8_t {
    shelf,   ///< the one of that barcode that was taken out before, if there is one
    factory, ///< another one
};

/// What partitions of one library share: a door, and with it a lock. Its members have the same
/// clock.
class Cabinet {
  public:
    Cabinet() = default;
    Cabinet(const Cabinet&) = delete;
    Cabinet& operator=(const Cabinet&) = delete;

  private:
    friend class Library;

    std::mutex mutex_;
    std::vector<World*> worlds_;
};

/// A simulated tape library: answers commands as a changer (LUN 0) and its drives (LUN 1...) do,
/// and lets an operator open its door. It answers CDBs, nothing else; it sends nothing.
///
/// Time:    nothing happens between calls: each call first does what was due by the clock
/// Thread:  any
class Library {
  public:
    /// `options` have been checked. Libraries of one `cabinet` share its door; without one a
    /// library has its own.
    Library(const Options& options,
            const Clock& clock,
            std::shared_ptr<Cabinet> cabinet = std::make_shared<Cabinet>());
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    // --- initiators ---

    /// Starts a nexus: 29/00 is waiting for a new one, 29/07 for one that was lost before.
    NexusId login(const Initiator& initiator);

    /// Ends a nexus: its PREVENT, its unit attentions and its queued commands go with it; a move
    /// that has begun goes on.
    void logout(NexusId nexus);

    /// False after logout, after a fault that drops the connection, after a restart.
    bool connected(NexusId nexus);

    // --- commands ---

    /// Takes a command over; its outcome is there at once or when the clock has reached due().
    TaskId submit(NexusId nexus,
                  std::uint64_t lun,
                  const scsi::Cdb& cdb,
                  std::span<const std::byte> data_out = {});

    /// Takes the outcome, once; nothing while the command runs, or if it will never be answered.
    std::optional<Outcome> poll(TaskId task);

    /// Returns when poll() is worth a look; nothing if no answer will ever come.
    std::optional<SteadyTime> due(TaskId task);

    /// Forgets a command nobody waits for any more: unstarted it is not done, begun it goes on.
    void abandon(TaskId task);

    /// LOGICAL UNIT RESET: ends the commands and every PREVENT on it, 29/03 for everybody.
    void reset_logical_unit(std::uint64_t lun);

    /// The same for the changer and every drive.
    void reset_every_unit();

    /// Returns when the library does something by itself next.
    std::optional<SteadyTime> next_due();

    // --- the operator ---

    /// Opens the door, of every library in the cabinet; a move that runs is given up, its cartridge
    /// stays where it came from.
    /// Errors: busy — an initiator prevents removal; door_open — it is open; invalid_parameter —
    ///         it has magazines instead
    Result<void> open_door();
    /// Errors: invalid_parameter — it is not open
    Result<void> close_door();
    /// Takes a magazine out, with what is in it; a move that runs is given up.
    /// Errors: busy — an initiator prevents removal, or another magazine is out and that is one too
    ///         many; not_found; invalid_parameter — it is out, or the library has a door instead
    Result<void> pull_magazine(unsigned number);
    /// Errors: not_found; invalid_parameter — it is not out
    Result<void> push_magazine(unsigned number);
    /// Errors: busy — an initiator prevents removal; invalid_parameter — none, or open already
    Result<void> open_mail();
    /// Errors: invalid_parameter — it is not open
    Result<void> close_mail();

    /// Puts a cartridge into an empty cell that a hand can reach: behind the open door, in a
    /// magazine that is out, or in an open mail slot.
    /// Errors: not_found, destination_full, medium_not_accessible, invalid_parameter (barcode)
    Result<void>
    insert(std::string_view barcode, scsi::ElementAddress cell, Origin origin = Origin::shelf);
    /// Errors: not_found, source_empty, medium_not_accessible
    Result<void> remove(scsi::ElementAddress cell);
    /// Exchanges what lies in two cells, one of which may be empty.
    /// Errors: not_found, source_empty, medium_not_accessible
    Result<void> swap(scsi::ElementAddress one, scsi::ElementAddress other);

    /// Writes something else at the beginning of a cartridge, on the side that is up, wherever it
    /// is: as a program on another host would.
    /// Errors: not_found, source_empty
    Result<void> label(scsi::ElementAddress cell, const Content& content);
    /// A drive gets dirty, and asks to be cleaned.
    /// Errors: not_found — no drive
    Result<void> soil(scsi::ElementAddress drive);

    /// The panel's on-line switch; off-line it answers 2/04/12.
    /// Errors: invalid_parameter — it is so already
    Result<void> set_online(bool online);

    /// Somebody reads the panel's menus; nothing changes.
    void touch_panel();

    /// Switches it off and on: nexuses and commands are lost, what is in the arm stays there.
    void power_cycle();

    // --- somebody else ---

    /// A host nobody knows of has a cartridge moved; no unit attention tells of it.
    /// Errors: invalid_parameter — the library refuses it
    Result<void> move_silently(scsi::ElementAddress source, scsi::ElementAddress destination);

    void inject(const Fault& fault);
    void clear_faults();

    // --- looking ---

    Snapshot snapshot();

    /// Finds an element as operators write it: "3" or "slot:3", "mail:1", "drive:1", "@1024".
    /// Errors: invalid_parameter, not_found
    Result<scsi::ElementAddress> element(std::string_view text);

  private:
    class Locked;

    const Clock& clock_;
    std::shared_ptr<Cabinet> cabinet_;
    std::unique_ptr<World> world_;
};

} // namespace changer::sim
