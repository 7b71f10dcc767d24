// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace changer::scsi {

/// Asks where on the tape the drive is.
struct ReadPosition {
    enum class Form : std::uint8_t { short_form = 0, long_form = 6 };

    Form form = Form::short_form;

    bool operator==(const ReadPosition&) const = default;
};

/// Encodes READ POSITION (34h).  Source:  SSC-4, READ POSITION command
/// Notes:   both forms have a fixed length; the allocation length belongs to the extended one
constexpr Cdb encode(const ReadPosition& command) {
    return Cdb(opcode::read_position, 10).put(1, static_cast<std::uint8_t>(command.form), 1);
}

/// Errors:  invalid_parameter — not this command, or another form than these
Result<ReadPosition> decode_read_position(const Cdb& cdb);

/// Where a drive is. Blocks and filemarks are counted alike, from 0.
struct TapePosition {
    bool at_beginning = false; ///< BOP: of the partition
    bool near_end = false;     ///< EOP: between early warning and the end of the partition
    std::uint32_t partition = 0;
    std::optional<std::uint64_t> block = std::nullopt;    ///< none: the drive does not know
    std::optional<std::uint64_t> filemark = std::nullopt; ///< the long form's alone

    bool operator==(const TapePosition&) const = default;
};

/// Decodes READ POSITION data, which says nothing of its own form.
///
/// Source:  SSC-4, READ POSITION data, short form and long form
/// Shape:   20 bytes in the short form, 32 in the long one
/// Errors:  malformed_response — fewer bytes: half a number would name another block
Result<TapePosition> decode_tape_position(std::span<const std::byte> received,
                                          ReadPosition::Form form);

/// Encodes READ POSITION data.
/// Notes:   a block number the short form has no room for is sent as not known
Bytes encode_tape_position(const TapePosition& position, ReadPosition::Form form);

} // namespace changer::scsi
