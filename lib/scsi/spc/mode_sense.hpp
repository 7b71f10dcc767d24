// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace changer::scsi {

/// The two lengths of the command; each has a parameter header of its own.
enum class ModeSenseForm : std::uint8_t { six, ten };

/// Asks for one mode page.
struct ModeSense {
    ModeSenseForm form = ModeSenseForm::six;
    bool disable_block_descriptors = true; ///< DBD; refused by a few: then ask without
    std::uint8_t page_control = 0;         ///< 0: current values
    std::uint8_t page = 0;
    std::uint8_t subpage = 0;
    std::uint16_t allocation_length = 255; ///< the short form has one byte of it

    bool operator==(const ModeSense&) const = default;
};

/// Encodes MODE SENSE (1Ah) or (5Ah).  Source:  SPC-4, MODE SENSE(6) and (10) commands
constexpr Cdb encode(const ModeSense& command) {
    const bool ten = command.form == ModeSenseForm::ten;
    return Cdb(ten ? opcode::mode_sense_10 : opcode::mode_sense_6, ten ? 10 : 6)
        .put(1, command.disable_block_descriptors ? 0x08 : 0, 1)
        .put(2, std::uint32_t{command.page_control} << 6 | (command.page & 0x3Fu), 1)
        .put(3, command.subpage, 1)
        .put(ten ? 7 : 4, command.allocation_length, ten ? 2 : 1);
}

/// Decodes either form.
/// Errors:  invalid_parameter — not this command
Result<ModeSense> decode_mode_sense(const Cdb& cdb);

/// One mode page, without its header.
struct ModePage {
    std::uint8_t page = 0;
    std::uint8_t subpage = 0;
    bool saveable = false;
    Bytes content; ///< what follows the page's own length field

    bool operator==(const ModePage&) const = default;
};

/// Mode parameters: what a MODE SENSE returns.
struct ModeData {
    std::uint8_t medium_type = 0;
    std::uint8_t device_specific = 0;
    Bytes block_descriptors = {}; ///< sent by some devices in spite of DBD
    std::vector<ModePage> pages = {};

    /// Finds a page; null if it is not there, whole.
    const ModePage* find(std::uint8_t page, std::uint8_t subpage = 0) const;

    bool operator==(const ModeData&) const = default;
};

/// Decodes the mode parameter header, block descriptors and every whole page behind them.
///
/// Source:  SPC-4, mode parameter header formats, mode page formats
/// Errors:  malformed_response — header or block descriptors cut short
/// Notes:   a page cut short by the end of the data is left out, as if it had not been asked for
Result<ModeData> decode_mode_data(std::span<const std::byte> received, ModeSenseForm form);

/// Encodes mode parameters; a page with a subpage gets the long page header (SPF).
Bytes encode_mode_data(const ModeData& data, ModeSenseForm form);

} // namespace changer::scsi
