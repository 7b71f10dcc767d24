// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/diff.hpp"
#include "library/model.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace changer::scsi {
struct ElementStatus;
}

namespace changer::library {

/// What the device answered, when, to whom.
struct Observation {
    std::span<const scsi::ElementStatus> elements;
    WallTime at{};
    std::string_view by;                ///< job id, or "poll", "start"
    std::optional<bool> barcode_reader; ///< none: told from the tags themselves
};

/// Which documents changed; everything else in the model is as it was.
struct Outcome {
    std::vector<scsi::ElementAddress> elements;
    std::vector<std::string> media;
    Diff diff;
};

/// Makes the model agree with a complete read of all elements.
///
/// Notes:   cartridges are matched by barcode over the whole library and the offline records before
///          any record is created; a cartridge is absent only if its element is shown empty,
///          without exception and enabled, and it was seen nowhere else
Outcome reconcile(Model& model, const Observation& read);

/// Takes over single elements read around a move. An element shown empty does not make its
/// cartridge absent; another cartridge in its place does.
Outcome observe(Model& model, const Observation& read);

/// Moves the cartridge of `source` to `destination` in the model, as our own move implies.
Outcome infer_move(Model& model,
                   scsi::ElementAddress source,
                   scsi::ElementAddress destination,
                   WallTime at,
                   std::string_view by);

/// Where two cartridges go that change places.
struct ExchangedPlaces {
    scsi::ElementAddress first{};  ///< what was here is in `second` now
    scsi::ElementAddress second{}; ///< what was here is in `third` now
    scsi::ElementAddress third{};  ///< `first` again for a swap
};

/// Makes two cartridges change places in the model, as our own exchange implies.
Outcome
infer_exchange(Model& model, const ExchangedPlaces& places, WallTime at, std::string_view by);

/// True if the read shows other contents than the model: fullness, barcodes, presence of elements.
/// Notes:   mail slots, drives and the arm are left out unless `everywhere`
struct CompareOptions {
    bool everywhere = false;
};

bool differs(const Model& model, const Observation& read, CompareOptions options = {});

} // namespace changer::library
