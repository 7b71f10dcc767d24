// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/identification.hpp"
#include "scsi/types.hpp"
#include "support/clock.hpp"
#include "support/rare.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace changer::library {

/// The record of one cartridge. It outlives the cartridge's presence: what left is `offline`.
struct Media {
    std::string id; ///< "<library>-m<n>", never reused
    std::optional<std::string> barcode;
    std::optional<scsi::ElementAddress> location; ///< none: offline
    std::optional<scsi::ElementAddress> home_slot;
    std::optional<scsi::ElementAddress> last_location; ///< where it was before it went offline
    bool cleaner = false;                              ///< told by its barcode or medium type
    bool duplicate = false;     ///< another cartridge in the library carries the same barcode
    std::string offline_reason; ///< empty while in the library
    std::optional<WallTime> first_seen;
    std::optional<WallTime> last_seen; ///< when it was last found somewhere else than before
    /// What a drive said of it, and is taken for it.
    Rare<Identification> identification;
    /// What a drive has said of the cartridge in its place during an inventory that goes on.
    Rare<Identification> finding;

    bool offline() const { return !location; }

    bool operator==(const Media&) const = default;
};

/// Writes the document that the store keeps under "media/<id>".
nlohmann::json to_json(const Media& media);

/// Reads it back from its text.
///
/// Errors:  malformed_document
Result<Media> media_from_text(std::string_view document);

} // namespace changer::library
