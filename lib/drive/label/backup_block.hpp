// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive/label/label.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// The first block of a volume of Bacula, or of Bareos which began as its copy.
struct BackupVolumeLabel {
    std::string program;             ///< "Bacula 1.0 immortal\n"
    std::optional<std::string> name; ///< none: it does not end within the label
    std::string pool;                ///< empty, if not known either
};

/// Decodes a block header and the label record behind it.
///
/// Source:  Bacula's and Bareos's developer guides, Storage Media Output Format; Bacula's block.h
///          for BB03
/// Shape:   header of 16 (BB01), 24 (BB02), or 24 or 32 bytes (BB03: 8 more of checksum if bit 0 of
///          its first word says so); record header of 20 bytes (BB01) or 12; then the label: the
///          program's words with a NUL, version (4), times (4 times 8), names that end in NUL:
///          volume, previous volume, pool
/// Notes:   none: no such block, or another record than a volume's label. A label that is longer
///          than what has arrived is read as far as it goes
std::optional<BackupVolumeLabel> decode_backup_volume_label(TapeStart start);

/// The label of a block that one of these programs wrote; none if another did.
std::optional<Label>
recognise_backup_label(TapeStart start, std::string_view type, std::string_view program);

} // namespace changer
