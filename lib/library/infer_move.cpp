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

namespace {

void append(Outcome& all, const Outcome& more) {
    all.elements.insert(all.elements.end(), more.elements.begin(), more.elements.end());
    all.media.insert(all.media.end(), more.media.begin(), more.media.end());
}

/// Tells the record of a cartridge where it lies now.
void relocate(Model& model, const Element& element, Outcome& outcome) {
    const auto* known = element.media ? model.media(*element.media) : nullptr;
    if (known == nullptr)
        return;
    Media record = *known;
    record.location = element.address;
    if (element.type == ElementType::storage)
        record.home_slot = element.address;
    outcome.media.push_back(record.id);
    model.put(std::move(record));
}

Outcome infer_swap(
    Model& model, ElementAddress first, ElementAddress second, WallTime at, std::string_view by) {
    const auto* one = model.element(first);
    const auto* other = model.element(second);
    if (one == nullptr || other == nullptr || first == second || !one->media || !other->media)
        return {};
    Element left = *one;
    Element right = *other;
    std::swap(left.media, right.media);
    std::swap(left.barcode, right.barcode);
    left.source = second;
    right.source = first;
    left.provenance =
        right.provenance = {Knowledge::inferred, at, std::string(by), model.advance()};
    Outcome outcome{{first, second}, {}, {}};
    relocate(model, left, outcome);
    relocate(model, right, outcome);
    model.put(std::move(left));
    model.put(std::move(right));
    return outcome;
}

} // namespace

Outcome
infer_exchange(Model& model, const ExchangedPlaces& places, WallTime at, std::string_view by) {
    if (places.third == places.first)
        return infer_swap(model, places.first, places.second, at, by);
    Outcome outcome = infer_move(model, places.second, places.third, at, by);
    append(outcome, infer_move(model, places.first, places.second, at, by));
    return outcome;
}

} // namespace changer::library
