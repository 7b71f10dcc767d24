// SPDX-License-Identifier: Apache-2.0
#include "library/model.hpp"

#include "library/fields.hpp"
#include "library/numbering.hpp"

#include <algorithm>

namespace changer::library {

namespace {

nlohmann::json mark_to_json(const Mark& mark) {
    return {{"sequence", mark.sequence}, {"at", nullable(mark.at)}, {"by", mark.by}};
}

Mark mark_from_json(const nlohmann::json& document) {
    Fields fields(document);
    return {
        fields.number("sequence").value_or(0), fields.time("at"), fields.text("by").value_or("")};
}

} // namespace

nlohmann::json to_json(const Epoch& epoch) {
    return {{"sequence", epoch.sequence},
            {"next_media", epoch.next_media},
            {"complete_read", mark_to_json(epoch.complete_read)},
            {"stale", mark_to_json(epoch.stale)},
            {"stale_mail", mark_to_json(epoch.stale_mail)}};
}

Epoch epoch_from_json(const nlohmann::json& document) {
    Fields fields(document);
    Epoch epoch;
    epoch.sequence = fields.number("sequence").value_or(0);
    epoch.next_media = fields.number("next_media").value_or(1);
    epoch.complete_read = mark_from_json(fields.object("complete_read"));
    epoch.stale = mark_from_json(fields.object("stale"));
    epoch.stale_mail = mark_from_json(fields.object("stale_mail"));
    return epoch;
}

const Element* Model::element(scsi::ElementAddress address) const {
    const auto found = elements_.find(address);
    return found == elements_.end() ? nullptr : &found->second;
}

const Element* Model::element(scsi::ElementType type, unsigned number) const {
    const auto found = by_number_.find({type, number});
    return found == by_number_.end() ? nullptr : element(found->second);
}

const Media* Model::media(std::string_view id) const {
    const auto found = media_.find(id);
    return found == media_.end() ? nullptr : &found->second;
}

std::vector<const Media*> Model::with_barcode(std::string_view barcode) const {
    std::vector<const Media*> found;
    const auto [begin, end] = by_barcode_.equal_range(std::string(barcode));
    for (auto entry = begin; entry != end; ++entry)
        if (const auto* record = media(entry->second))
            found.push_back(record);
    std::sort(found.begin(), found.end(), [](const Media* a, const Media* b) {
        return IdLess{}(a->id, b->id);
    });
    return found;
}

Provenance Model::provenance(const Element& element) const {
    Provenance claim = element.provenance;
    const auto& read = epoch_.complete_read;
    if (read.sequence > claim.sequence) {
        if (claim.kind != Knowledge::presumed)
            claim = {Knowledge::observed, read.at, read.by, read.sequence};
        claim.sequence = read.sequence;
    }
    const bool mail = element.type == scsi::ElementType::import_export;
    const auto& event = mail && epoch_.stale_mail.sequence > epoch_.stale.sequence
                            ? epoch_.stale_mail
                            : epoch_.stale;
    if (event.sequence > claim.sequence)
        claim = {Knowledge::stale, event.at, event.by, event.sequence};
    return claim;
}

void Model::put(Element element) {
    // No claim is newer than the newest: not even where the document that counts them was lost.
    epoch_.sequence = std::max(epoch_.sequence, element.provenance.sequence);
    if (const auto old = elements_.find(element.address); old != elements_.end())
        by_number_.erase({old->second.type, old->second.number});
    by_number_[{element.type, element.number}] = element.address;
    elements_.insert_or_assign(element.address, std::move(element));
}

void Model::put(Media media) {
    const auto old = media_.find(media.id);
    if (old != media_.end() && old->second.barcode != media.barcode)
        unlist(old->second);
    if (media.barcode && (old == media_.end() || old->second.barcode != media.barcode))
        by_barcode_.emplace(*media.barcode, media.id);
    auto id = media.id;
    media_.insert_or_assign(std::move(id), std::move(media));
}

/// Takes a record out of the index of barcodes.
void Model::unlist(const Media& media) {
    if (!media.barcode)
        return;
    const auto [begin, end] = by_barcode_.equal_range(*media.barcode);
    const auto entry =
        std::find_if(begin, end, [&](const auto& pair) { return pair.second == media.id; });
    if (entry != end)
        by_barcode_.erase(entry);
}

void Model::forget(std::string_view media) {
    const auto old = media_.find(media);
    if (old == media_.end())
        return;
    unlist(old->second);
    media_.erase(old);
}

void Model::erase(scsi::ElementAddress address) {
    const auto old = elements_.find(address);
    if (old == elements_.end())
        return;
    by_number_.erase({old->second.type, old->second.number});
    elements_.erase(old);
}

std::string Model::new_media_id() {
    return library_ + "-m" + std::to_string(epoch_.next_media++);
}

void Model::mark_complete(WallTime at, std::string_view by) {
    epoch_.complete_read = {advance(), at, std::string(by)};
}

void Model::mark_stale(WallTime at, std::string_view by) {
    epoch_.stale = {advance(), at, std::string(by)};
}

void Model::mark_mail_stale(WallTime at, std::string_view by) {
    epoch_.stale_mail = {advance(), at, std::string(by)};
}

std::vector<scsi::ElementAddress> Model::renumber() {
    std::vector<scsi::ElementAddress> changed;
    std::map<scsi::ElementType, unsigned> next;
    by_number_.clear();
    for (auto& [address, element] : elements_) { // in the order of addresses
        const auto number = first_number + next[element.type]++;
        if (element.number != number)
            changed.push_back(address);
        element.number = number;
        by_number_[{element.type, number}] = address;
    }
    return changed;
}

} // namespace changer::library
