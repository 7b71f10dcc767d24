// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::sim {

/// What is written at the beginning of a tape.
enum class LabelKind : std::uint8_t {
    ansi,       ///< VOL1 and HDR1
    ebcdic,     ///< the same in IBM's letters
    ltfs,       ///< VOL1, then the label of LTFS
    bacula,     ///< a volume label block of Bacula
    bareos,     ///< the same of Bareos
    amanda,     ///< TAPESTART
    tar,        ///< an archive, no label
    unknown,    ///< a block that no program knows
    blank,      ///< nothing
    encrypted,  ///< refused with 7/74/01
    unreadable, ///< refused with 3/11/00
};

/// What is written on one side of a cartridge.
struct Content {
    LabelKind kind = LabelKind::ansi;
    std::string name = {}; ///< of the volume; empty: its barcode
};

/// One block, or a filemark.
struct Record {
    bool filemark = false;
    Bytes block = {};
};

/// Writes out a tape from its beginning.
///
/// Source:  ANSI X3.27 and ISO 1001 (VOL1, HDR1); LTFS Format Specification; the block headers of
///          Bacula BB02 and Bareos; Amanda's tape header; POSIX ustar
std::vector<Record> records_of(const Content& content, std::string_view barcode);

/// Finds a kind by its name; none if there is no such kind.
std::optional<LabelKind> parse_label_kind(std::string_view name);

/// The names, for --help.
std::string label_kinds();

} // namespace changer::sim
