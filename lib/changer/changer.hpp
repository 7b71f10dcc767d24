// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/smc/element_status.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "support/result.hpp"

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer {

struct ChangerOptions {
    /// The most bytes one transfer may carry; what the host adapter takes, where that is known.
    std::size_t transfer_limit_bytes = 0xFFFF;
};

/// Whether the changer would move a cartridge now, and if not, why.
struct Readiness {
    bool ready = false;
    std::optional<Sense> not_ready; ///< absent only when it is ready
};

/// How a changer took PREVENT or ALLOW.
enum class RemovalVerdict : std::uint8_t {
    good,    ///< accepted; whether it holds a door is another question: door_lock_effective()
    refused, ///< it cannot, or another host prevents
    unknown, ///< not ready, or no answer: nobody knows what holds now
};

struct RemovalAnswer {
    RemovalVerdict verdict = RemovalVerdict::unknown;
    std::optional<Sense> sense;
    std::string why; ///< empty when good
};

/// Where a move stands, read from the elements themselves.
enum class MoveVerdict : std::uint8_t {
    done,           ///< the cartridge is at its destination
    not_done,       ///< the cartridge is at its source
    in_arm,         ///< the cartridge hangs in the arm
    unknown,        ///< the elements do not tell, or cannot be read
    refused_before, ///< a precondition does not hold: no MOVE was sent
};

struct MoveReport {
    MoveVerdict verdict = MoveVerdict::unknown;
    std::optional<Error> error; ///< present unless done
    /// What the device said last of source, destination and, where it was asked, the arm.
    std::vector<scsi::ElementStatus> seen;
    std::string note; ///< when done in an unusual way: how
};

/// One media changer: geometry, elements, lock, moves with verdicts.
///
/// Thread:  the thread of its Transport
/// Notes:   after a lost connection the same Changer goes on with the Transport's next session
class Changer {
  public:
    /// Identifies the changer and reads its geometry; moves nothing.
    ///
    /// Errors: wrong_device_type, device_not_available, malformed_response, transport's
    static Result<Changer> open(Transport& transport,
                                Clock& clock,
                                const Quirks& quirks,
                                const ChangerOptions& options = {});

    const Identity& identity() const;
    const Quirk& quirk() const;

    /// Returns the element addresses as last read; read_elements() and move() read them again
    /// after an event that may have changed them.
    const scsi::ElementAddressAssignment& geometry() const;

    /// Asks TEST UNIT READY once; unit attentions in its way are recorded and drained.
    ///
    /// Errors: only where the changer gave no usable answer; not ready is an answer
    Result<Readiness> test_ready();

    /// Reads every element, type by type (slots, mail slots, drives, arm), with barcodes and the
    /// identifiers of drives, as far as the changer gives them.
    Result<std::vector<scsi::ElementStatus>> read_elements();

    /// Reads and thereby clears the TapeAlert flags (log page 2Eh, bit n is flag n); none where the
    /// changer has no such page.
    Result<std::optional<std::bitset<65>>> read_alerts();

    RemovalAnswer prevent_removal();
    RemovalAnswer allow_removal();

    /// Tells whether a PREVENT that was answered GOOD keeps the door shut: from a quirk, else from
    /// page 1Fh/41h (LCKD), else not known.
    Support door_lock_effective();

    /// Makes the changer scan all its elements.
    ///
    /// Blocks: up to 3 hours
    Result<void> rescan();

    /// Moves a cartridge after proving on the device that it may be moved, and proves the outcome.
    ///
    /// Blocks: up to the move's timeout and two minutes
    MoveReport move(scsi::ElementAddress source,
                    scsi::ElementAddress destination,
                    const std::optional<std::string>& barcode = std::nullopt);

    /// Tells from the elements where a move stands whose answer was never seen; sends no MOVE.
    MoveReport verify_move(scsi::ElementAddress source,
                           scsi::ElementAddress destination,
                           const std::optional<std::string>& barcode = std::nullopt);

    std::vector<scsi::UnitAttention> take_unit_attentions();

    /// Hands over what became stale since the last call: see Invalidations. `removal_prevention`
    /// is the event "our PREVENT is lost".
    Invalidations take_invalidations();
};

} // namespace changer
