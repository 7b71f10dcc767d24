// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/move_verdict.hpp"
#include "scsi/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// One move, as it is asked for.
struct MoveOrder {
    scsi::ElementAddress source{};
    scsi::ElementAddress destination{};
    std::optional<std::string> barcode = std::nullopt; ///< only the cartridge that bears it
    bool invert = false;                               ///< the other side up, two-sided media
    std::uint8_t import_export_position = 0;           ///< Breece Hill: what its mail tray does
    /// What the caller has read of both places just now: they are not read again before the first
    /// MOVE.
    std::optional<Places> seen = std::nullopt;
};

} // namespace changer
