// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/element_reader.hpp"
#include "changer/element_scan.hpp"
#include "changer/exchange.hpp"
#include "changer/move_order.hpp"
#include "changer/move_verdict.hpp"
#include "changer/removal.hpp"
#include "device/device.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/element_status.hpp"
#include "scsi/smc/open_close_import_export_element.hpp"
#include "scsi/smc/send_volume_tag.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace changer {

/// What becomes of a MOVE out of a drive that has not let go of its tape (Access 0), where no quirk
/// tells whether the changer unloads by itself.
enum class LoadedDrive : std::uint8_t {
    refuse,      ///< the caller unloads drives itself: no MOVE
    ask_changer, ///< the MOVE is sent: the changer unloads, or refuses with 3B/90, 53/03 and the
                 ///< like. Nor is Access asked for at any other element
};

struct ChangerOptions {
    /// The most bytes one transfer may carry; what the host adapter takes, where that is known.
    /// Some changers look at 16 bits of it only.
    std::size_t transfer_limit_bytes = 0xFFFF;
    /// Lean: INQUIRY and mode page 1Dh are all that is sent to open, five commands to move.
    Opening opening = Opening::full;
    /// A changer that is becoming ready is waited for. By default no query waits, and a move that
    /// met it waits for a minute.
    ReadyWait ready = {};
    /// What the changer taught an earlier run.
    std::optional<LearnedFeatures> learned = std::nullopt;
    LoadedDrive loaded_drive = LoadedDrive::refuse;
};

/// Whether the changer would move a cartridge now, and if not, why.
struct Readiness {
    bool ready = false;
    std::optional<Sense> not_ready = std::nullopt; ///< absent only when it is ready
};

/// One media changer: geometry, elements, lock, moves with verdicts.
///
/// Thread:  the thread of its Transport
/// Notes:   after a lost connection the same Changer goes on with the Transport's next session
class Changer {
  public:
    /// Identifies the changer and reads its geometry, with two commands if lean; moves nothing.
    /// `transport` and `clock` must outlive the Changer.
    ///
    /// Errors: wrong_device_type, device_not_available, malformed_response, transport's
    static Result<Changer> open(Transport& transport,
                                Clock& clock,
                                const Quirks& quirks,
                                const ChangerOptions& options = {});

    const Identity& identity() const { return device_.identity(); }

    const Quirk& quirk() const { return device_.quirk(); }

    /// Whose own sense codes the changer uses.
    scsi::VendorFamily sense_family() const { return device_.sense_family(); }

    /// What it has taught so far of its optional features.
    const FeatureMemory& features() const { return device_.features(); }

    /// The same, for a caller that knows more.
    FeatureMemory& features() { return device_.features(); }

    /// The same to be kept for the next run: ChangerOptions::learned.
    LearnedFeatures learned() const {
        return learned_features(device_.identity(), device_.features());
    }

    LoadedDrive loaded_drive() const { return loaded_drive_; }

    /// Returns the element addresses as last read; reading elements and moving read them again
    /// after an event that may have changed them.
    const scsi::ElementAddressAssignment& geometry() const { return geometry_; }

    /// Asks TEST UNIT READY; unit attentions in its way are recorded and drained.
    ///
    /// Errors: only where the changer gave no usable answer; not ready is an answer
    Result<Readiness> test_ready();

    /// Reads every element, type by type (slots, mail slots, drives, arm), with barcodes and the
    /// identifiers of drives as far as the changer gives them. An event in the middle makes it
    /// start over, so that the result is of one time.
    Result<std::vector<scsi::ElementStatus>> read_elements();

    /// Reads the elements of one type, without identifiers.
    Result<std::vector<scsi::ElementStatus>> read_elements(scsi::ElementType type);

    /// Reads one element. Errors: not_found — no such element
    Result<scsi::ElementStatus> read_element(scsi::ElementAddress address);

    /// Visits the elements of one type in large portions; see ElementScan. Tells nobody what it
    /// learned, and does not start over: what happened meanwhile is in take_invalidations().
    Result<void> scan_elements(scsi::ElementType type, const ElementVisitor& visit);

    /// Visits all elements where the changer does not know types apart.
    Result<void> scan_elements(const ElementVisitor& visit);

    /// Reads the n-th element (from 0) of a type with one command, or proves nothing: see
    /// ElementScan::read_nth().
    Result<std::optional<scsi::ElementStatus>> read_nth(scsi::ElementType type, std::uint16_t n);

    /// Reads and thereby clears the TapeAlert flags (log page 2Eh); none where the changer has no
    /// such page.
    Result<std::optional<scsi::TapeAlertFlags>> read_alerts();

    RemovalAnswer prevent_removal();
    RemovalAnswer allow_removal();

    /// Tells whether a PREVENT that was answered GOOD keeps the door shut: from a quirk, else from
    /// page 1Fh/41h (LCKD), else unknown.
    Support door_lock_effective();

    /// Makes the changer look at all its elements again.
    ///
    /// Blocks: up to 3 hours
    Result<void> rescan();

    /// Moves a cartridge after proving on the changer that it may be moved, and proves the outcome.
    /// With a barcode, only the cartridge that bears it. Five commands where nothing is in the way:
    /// source, destination, MOVE, source, destination, each element read alone.
    ///
    /// Blocks: up to the move's timeout and three minutes
    MoveReport move(scsi::ElementAddress source,
                    scsi::ElementAddress destination,
                    const std::optional<std::string>& barcode = std::nullopt);

    /// The same, with all that a move can be asked for.
    MoveReport move(MoveOrder order);

    /// Tells from the elements where a move stands whose answer was never seen; sends no MOVE.
    ///
    /// Blocks: up to three minutes
    MoveReport verify_move(scsi::ElementAddress source,
                           scsi::ElementAddress destination,
                           const std::optional<std::string>& barcode = std::nullopt);

    /// Makes two cartridges change places: by EXCHANGE MEDIUM, or by moves where the changer has no
    /// such command; a swap by moves goes through an empty slot, which the report names. Each step
    /// is told to the order's journal before it is sent, and is proved before and after.
    ///
    /// Blocks: up to an hour, or three moves
    ExchangeReport exchange(const ExchangeOrder& order);

    /// Tells from the elements where an exchange stands whose answer was never seen; moves nothing.
    ///
    /// Blocks: up to three minutes
    ExchangeReport verify_exchange(const ExchangeOrder& order);

    /// Sends the arm in front of an element; nothing is picked or placed.
    ///
    /// Blocks: up to a quarter of an hour
    /// Errors: not_found; device_refused — the changer cannot
    Result<void> position(scsi::ElementAddress destination);

    /// Opens a mail slot, or unlocks a station that has no motor; closes or locks it.
    ///
    /// Blocks: up to ten minutes
    /// Errors: not_found — no mail slot has this address; device_refused — the changer cannot
    Result<void> open_import_export(scsi::ElementAddress element);
    Result<void> close_import_export(scsi::ElementAddress element);

    /// Makes a changer with a magazine give it out; few have such a command.
    ///
    /// Blocks: up to ten minutes
    /// Errors: device_refused — the changer has none, or nothing to give out
    Result<void> eject_magazine();

    /// Finds the cartridges whose barcodes the template describes (`*` any run of characters, `?`
    /// any one): the changer is asked to look for them, or every element is read.
    Result<std::vector<scsi::ElementStatus>> find_volume(const scsi::VolumeTagTemplate& wanted);

    /// Hands over the unit attentions met since the last call, oldest first.
    std::vector<scsi::UnitAttention> take_unit_attentions();

    /// Hands over what became stale since the last call, for whatever reason. Its
    /// `removal_prevention` is the event "our PREVENT is lost"; a new session tells it even where
    /// no unit attention does.
    Invalidations take_invalidations();

  private:
    Changer(Device device, const ChangerOptions& options);

    void absorb();
    Result<void> refresh_geometry();
    Result<void> before_reading();
    bool disturbed() const;
    Result<void> send_import_export(scsi::ElementAddress element,
                                    scsi::OpenCloseImportExportElement::Action action);
    Result<std::vector<scsi::ElementStatus>> read_types();
    void learn_access(const std::vector<scsi::ElementStatus>& elements);

    Device device_;
    std::size_t transfer_limit_;
    ElementScan::Memory scan_memory_;
    LoadedDrive loaded_drive_;
    scsi::ElementAddressAssignment geometry_;
    bool geometry_stale_ = true;
    std::optional<Support> door_lock_;
    Invalidations seen_by_us_;    ///< since the read that runs began
    Invalidations not_yet_taken_; ///< since take_invalidations()
};

} // namespace changer
