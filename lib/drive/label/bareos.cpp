// SPDX-License-Identifier: Apache-2.0
#include "drive/label/backup_block.hpp"
#include "drive/label/formats.hpp"

namespace changer {

/// Source:  Bareos's developer guide, Storage Media Output Format: "Bareos 2.0 immortal\n". Volumes
///          that it wrote in Bacula's own format are Bacula's: nothing on them tells
std::optional<Label> recognise_bareos(TapeStart start) {
    return recognise_backup_label(start, "bareos", "Bareos ");
}

} // namespace changer
