// SPDX-License-Identifier: Apache-2.0
#include "drive/label/backup_block.hpp"
#include "drive/label/formats.hpp"

namespace changer {

/// Source:  Bacula's block.h: "Bacula 1.0 immortal\n", long ago "Bacula 0.9 mortal\n"
std::optional<Label> recognise_bacula(TapeStart start) {
    return recognise_backup_label(start, "bacula", "Bacula ");
}

} // namespace changer
