// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive/drive.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// What a cartridge in a drive turned out to be.
struct LabelReading {
    enum class Outcome : std::uint8_t {
        labelled,           ///< `label` says what it is
        unrecognised,       ///< something is written that no format knows
        blank,              ///< nothing is written
        encrypted,          ///< the drive lacks the key: barcode and chip are its identity
        unreadable,         ///< the tape cannot be read
        incompatible,       ///< this drive cannot read this kind of cartridge
        cleaning_cartridge, ///< no tape at all
        no_cartridge,
    };

    Outcome outcome = Outcome::no_cartridge;
    std::optional<Label> label = {};
    /// Of the unrecognised: the beginning of the first block as it is, and how long all of it is.
    Bytes first_block = {};
    std::size_t first_block_length = 0;
    CartridgeMemory memory = {};
    std::optional<Sense> sense = {}; ///< why it is not more
    std::string text = {};           ///< what that sense means

    static constexpr std::size_t most_kept = 1024; ///< of `first_block`
};

/// Returns the enumerator's spelling.
std::string_view name(LabelReading::Outcome outcome);

/// How a label is to be read.
struct LabelOrder {
    ReadyWait ready = {};                   ///< while the tape is threaded
    std::size_t first_transfer = 65536;     ///< asked for at first; enough for what labels take
    std::size_t longest_transfer = 1048576; ///< where a drive sends nothing of a longer block
};

/// Threads the tape if need be, reads the chip, rewinds, and reads the first block, and as many
/// behind it as its kind of label wants.
///
/// Blocks:  the budget of `order.ready`, a rewind, some reads
/// Errors:  as HeldDrive; device_busy — still loading when the budget was used up, or disturbed
///          again and again
/// Notes:   after a unit attention everything begins again at the chip and REWIND: it may be
/// another
///          cartridge. The tape stays where reading has left it
Result<LabelReading> read_label(HeldDrive& drive, const LabelOrder& order);

} // namespace changer
