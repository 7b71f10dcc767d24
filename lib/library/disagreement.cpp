// SPDX-License-Identifier: Apache-2.0
#include "library/disagreement.hpp"

#include "library/fields.hpp"
#include "scsi/smc/element_status.hpp"

#include <map>

namespace changer::library {
namespace {

std::optional<Contents> recorded_in(const Element& known) {
    if (known.not_present)
        return std::nullopt;
    return Contents{known.full, known.barcode};
}

std::optional<Contents> shown_by(const Reading& reading) {
    switch (reading.content) {
    case Content::full:
        return Contents{true, reading.tag};
    case Content::empty:
        return Contents{false, std::nullopt};
    case Content::uncertain:
        return Contents{};
    case Content::not_present:
        return std::nullopt;
    }
    return std::nullopt;
}

nlohmann::json contents_view(const std::optional<Contents>& contents) {
    if (!contents)
        return nullptr;
    return {{"full", nullable(contents->full)}, {"barcode", nullable(contents->barcode)}};
}

} // namespace

bool disagrees(const Element& known, const Reading& reading) {
    const bool gone = reading.content == Content::not_present;
    if (gone != known.not_present)
        return true;
    if (gone || reading.content == Content::uncertain)
        return false;
    if (known.full != (reading.content == Content::full))
        return true;
    return reading.tag && known.barcode && reading.tag != known.barcode;
}

std::vector<Disagreement> disagreements(const Model& model,
                                        std::span<const scsi::ElementStatus> read) {
    std::map<scsi::ElementAddress, Disagreement> found;
    for (const auto& [address, known] : model.elements()) // until the read is seen to have it
        if (!known.not_present)
            found[address] = {
                known.address, known.type, known.number, recorded_in(known), std::nullopt};
    for (const auto& status : read) {
        const auto reading = reading_of(status);
        const auto* known = model.element(status.address);
        if (known == nullptr)
            found[status.address] = {
                status.address, status.type, std::nullopt, std::nullopt, shown_by(reading)};
        else if (disagrees(*known, reading))
            found[status.address] = {
                known->address, known->type, known->number, recorded_in(*known), shown_by(reading)};
        else
            found.erase(status.address);
    }
    std::vector<Disagreement> all;
    all.reserve(found.size());
    for (auto& entry : found)
        all.push_back(std::move(entry.second));
    return all;
}

nlohmann::json to_json(const Disagreement& disagreement) {
    return {{"address", scsi::number(disagreement.address)},
            {"type", name(disagreement.type)},
            {"number", nullable(disagreement.number)},
            {"recorded", contents_view(disagreement.recorded)},
            {"read", contents_view(disagreement.read)}};
}

} // namespace changer::library
