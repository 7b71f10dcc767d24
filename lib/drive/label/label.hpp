// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace changer {

/// What a drive read at one place of a tape.
struct TapeRecord {
    enum class Kind : std::uint8_t { block, filemark, end_of_data };

    Kind kind = Kind::block;
    Bytes data = {};        ///< as much of the block as there was room for
    std::size_t length = 0; ///< of the block, as it is on the tape

    bool operator==(const TapeRecord&) const = default;
};

/// The records at the beginning of a tape, in order, as far as they were read.
using TapeStart = std::span<const TapeRecord>;

/// What the beginning of a tape says of itself. Text is fit for JSON, see printable().
struct Label {
    std::string type; ///< "ansi", "ltfs": which program, or standard, wrote it
    /// What the writer calls this tape and no other. Empty: the type is known, the tape is not.
    std::string id;
    std::string info; ///< for people; no part of the identity

    bool operator==(const Label&) const = default;
};

/// One kind of label.
struct LabelFormat {
    std::string_view type;
    /// Judges the records read so far; none: they are not of this kind. It is called with hostile
    /// bytes, and with the first record alone.
    ///
    /// Notes:  a name that is cut short would be another tape's: it is left out
    std::optional<Label> (*recognise)(TapeStart start) = nullptr;
    std::size_t records = 1; ///< how many are worth reading once the first is of this kind
};

/// Every kind, the closest first: LTFS begins with an ANSI label.
std::span<const LabelFormat> label_formats();

/// Returns the format that knows these records; null if none does.
const LabelFormat* find_label_format(TapeStart start);

/// Says what a tape is by its first records; none: no format knows them.
std::optional<Label> recognise_label(TapeStart start);

} // namespace changer
