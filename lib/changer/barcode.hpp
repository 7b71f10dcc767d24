// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace changer {

/// Whether two barcodes are of one cartridge: libraries report a label with its media id
/// ("A00001L8") or without ("A00001"), as they are set up, and may be set up anew.
///
/// Source:  LTO labels are six characters and a media id of two; IBM's 3592 labels too
bool same_barcode(std::string_view one, std::string_view other);

} // namespace changer
