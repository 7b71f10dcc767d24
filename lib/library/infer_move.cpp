// SPDX-License-Identifier: Apache-2.0
#include "library/reconcile.hpp"

#include <utility>

namespace changer::library {

using scsi::ElementAddress;
using scsi::ElementType;

Outcome infer_move(Model& model,
                   ElementAddress source,
                   ElementAddress destination,
                   WallTime at,
                   std::string_view by) {
    const auto* from = model.element(source);
    const auto* to = model.element(destination);
    if (from == nullptr || to == nullptr || source == destination || !from->media)
        return {};
    Element left = *from;
    Element reached = *to;
    const Provenance claim{Knowledge::inferred, at, std::string(by), model.advance()};
    Outcome outcome{{source, destination}, {*from->media}, {}};
    reached.full = true;
    reached.media = std::exchange(left.media, std::nullopt);
    reached.barcode = std::exchange(left.barcode, std::nullopt);
    reached.source = source;
    left.full = false;
    left.source.reset();
    left.provenance = reached.provenance = claim;
    if (const auto* known = model.media(*reached.media)) {
        Media record = *known;
        record.location = destination;
        if (reached.type == ElementType::storage)
            record.home_slot = destination;
        model.put(std::move(record));
    }
    model.put(std::move(left));
    model.put(std::move(reached));
    return outcome;
}

} // namespace changer::library
