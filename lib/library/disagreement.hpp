// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/model.hpp"
#include "library/reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace changer::scsi {
struct ElementStatus;
}

namespace changer::library {

/// What one side says of an element's content.
struct Contents {
    std::optional<bool> full;           ///< none: it does not know
    std::optional<std::string> barcode; ///< none: empty, or without a readable one

    bool operator==(const Contents&) const = default;
};

/// An element of which the model says something else than the device shows. A side that has no
/// such element, or says that its magazine is out, says nothing.
struct Disagreement {
    scsi::ElementAddress address{};
    scsi::ElementType type = scsi::ElementType::storage;
    std::optional<unsigned> number; ///< the operator's; none for an element the model lacks
    std::optional<Contents> recorded;
    std::optional<Contents> read;

    bool operator==(const Disagreement&) const = default;
};

/// True if a reading shows other contents than the model has: fullness, barcode, presence. What
/// the device itself is not sure of, or a barcode that one of the two lacks, is no difference.
bool disagrees(const Element& known, const Reading& reading);

/// Compares the model with one complete read of all elements; neither changes.
///
/// Returns:  the elements where they differ, by address
std::vector<Disagreement> disagreements(const Model& model,
                                        std::span<const scsi::ElementStatus> read);

/// Writes Disagreement as the API shows it.
nlohmann::json to_json(const Disagreement& disagreement);

} // namespace changer::library
