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

namespace changer::sim {

struct World;

/// A simulated tape library: answers commands as a changer (LUN 0) and its drives (LUN 1...) do,
/// and lets an operator open its door. It answers CDBs, nothing else; it sends nothing.
///
/// Time:    nothing happens between calls: each call first does what was due by the clock
/// Thread:  any
class Library {
  public:
    /// `options` have been checked.
    Library(const Options& options, const Clock& clock);
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

    /// Opens the door; a move that runs is given up, its cartridge stays where it came from.
    /// Errors: busy — an initiator prevents removal; door_open — it is open
    Result<void> open_door();
    /// Errors: invalid_parameter — it is not open
    Result<void> close_door();
    /// Errors: busy — an initiator prevents removal; invalid_parameter — none, or open already
    Result<void> open_mail();
    /// Errors: invalid_parameter — it is not open
    Result<void> close_mail();

    /// Puts a cartridge into an empty cell that a hand can reach: behind the open door, or in an
    /// open mail slot.
    /// Errors: not_found, destination_full, medium_not_accessible, invalid_parameter (barcode)
    Result<void> insert(std::string_view barcode, scsi::ElementAddress cell);
    /// Errors: not_found, source_empty, medium_not_accessible
    Result<void> remove(scsi::ElementAddress cell);
    /// Exchanges what lies in two cells, one of which may be empty.
    /// Errors: not_found, source_empty, medium_not_accessible
    Result<void> swap(scsi::ElementAddress one, scsi::ElementAddress other);

    /// The panel's on-line switch; off-line it answers 2/04/12.
    void set_online(bool online);

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
    std::mutex mutex_;
    std::unique_ptr<World> world_;
};

} // namespace changer::sim
