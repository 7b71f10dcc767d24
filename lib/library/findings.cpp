// SPDX-License-Identifier: Apache-2.0
#include "library/findings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace changer::library {

namespace {

using scsi::ElementAddress;

bool same_label(const Identification& a, const Identification& b) {
    return a.label && b.label && a.label->type == b.label->type && a.label->id == b.label->id;
}

/// Whether both have a label that names its tape, and not the same one.
bool other_label(const Identification& a, const Identification& b) {
    return a.label && b.label && !a.label->id.empty() && !b.label->id.empty() && !same_label(a, b);
}

/// One reckoning. First it is decided which record every examined cartridge is; then all are
/// written.
class Reckoning {
  public:
    Reckoning(Model& model, const FindingsAt& when)
        : model_(model)
        , when_(when)
        , sequence_(model.advance()) {}

    Outcome run();

  private:
    /// A place whose cartridge was examined.
    struct Place {
        std::string occupant; ///< the record that was taken to be there
        Media as_was;         ///< that record, before anything was decided
        Identification found;
        std::string record = {}; ///< which it is; empty: a new one
    };

    void collect();
    void keep_in_place();
    void find_owners();
    void settle_place(ElementAddress address, Place& place);
    void displace(const std::string& id, ElementAddress address);
    void vacate(const std::string& id, ElementAddress address);
    void tell_moves();
    const Media* owner(const Place& place) const;
    std::vector<std::string> namesakes(const Place& place) const;
    void write(Media record);
    void occupy(ElementAddress address, const std::string& id);
    std::optional<ElementReference> reference(std::optional<ElementAddress> address) const;

    Model& model_;
    const FindingsAt& when_;
    const std::uint64_t sequence_;
    std::map<ElementAddress, Place> places_;
    std::multimap<std::string, std::string> by_serial_; ///< records identified before
    std::multimap<std::pair<std::string, std::string>, std::string> by_label_;
    std::set<std::string, IdLess> taken_; ///< records that have their place
    std::map<std::string, std::optional<ElementAddress>, IdLess> before_;
    std::set<std::string, IdLess> changed_;
    std::set<ElementAddress> elements_;
    Diff diff_;
};

Outcome Reckoning::run() {
    collect();
    keep_in_place();
    find_owners();
    for (auto& [address, place] : places_)
        settle_place(address, place);
    for (const auto& [address, place] : places_)
        if (taken_.count(place.occupant) == 0)
            displace(place.occupant, address);
    tell_moves();
    std::stable_sort(diff_.begin(), diff_.end(), [](const DiffEntry& a, const DiffEntry& b) {
        return a.change < b.change;
    });
    return {
        {elements_.begin(), elements_.end()}, {changed_.begin(), changed_.end()}, std::move(diff_)};
}

/// Takes every finding from its record. One whose cartridge has left the library since tells of no
/// place; it counts for the record it was found for.
void Reckoning::collect() {
    std::vector<Media> found;
    for (const auto& [id, record] : model_.media()) {
        if (record.finding)
            found.push_back(record);
        if (!record.identification)
            continue;
        const auto& known = *record.identification;
        if (known.medium_serial)
            by_serial_.emplace(*known.medium_serial, id);
        if (known.label && !known.label->id.empty() && !record.barcode)
            by_label_.emplace(std::pair(known.label->type, known.label->id), id);
    }
    for (auto& record : found) {
        const Identification finding = *record.finding;
        record.finding.reset();
        if (record.location)
            places_[*record.location] = {record.id, record, finding};
        else
            record.identification = finding;
        write(std::move(record));
    }
}

void Reckoning::keep_in_place() {
    for (auto& [address, place] : places_) {
        const auto& record = place.as_was;
        if (!record.identification ||
            !may_be_the_same(*record.identification, place.found, record.barcode))
            continue;
        place.record = place.occupant;
        taken_.insert(place.record);
    }
}

/// The other record that this cartridge was identified as before; none unless there is exactly one.
const Media* Reckoning::owner(const Place& place) const {
    const Media* owner = nullptr;
    for (const auto& id : namesakes(place)) {
        if (id == place.occupant || taken_.count(id) > 0)
            continue;
        if (owner != nullptr)
            return nullptr;
        owner = model_.media(id);
    }
    return owner;
}

/// The records that were identified as what was found in this place.
std::vector<std::string> Reckoning::namesakes(const Place& place) const {
    std::vector<std::string> ids;
    const auto& found = place.found;
    if (found.medium_serial) {
        const auto [begin, end] = by_serial_.equal_range(*found.medium_serial);
        for (auto entry = begin; entry != end; ++entry)
            ids.push_back(entry->second);
    }
    if (!ids.empty() || !found.label || place.as_was.barcode)
        return ids;
    const auto [begin, end] = by_label_.equal_range({found.label->type, found.label->id});
    for (auto entry = begin; entry != end; ++entry) {
        const auto& known = *model_.media(entry->second)->identification;
        if (!known.medium_serial || !found.medium_serial)
            ids.push_back(entry->second);
    }
    return ids;
}

void Reckoning::find_owners() {
    for (auto& [address, place] : places_) {
        if (!place.record.empty())
            continue;
        if (const auto* other = owner(place))
            place.record = other->id;
        else if (!place.as_was.identification)
            place.record = place.occupant; // seen by a drive for the first time
        if (!place.record.empty())
            taken_.insert(place.record);
    }
}

void Reckoning::settle_place(ElementAddress address, Place& place) {
    const auto& occupant = place.as_was;
    Media record;
    if (place.record.empty()) {
        record.id = place.record = model_.new_media_id();
        record.first_seen = when_.ended;
        record.cleaner = occupant.cleaner;
        before_[record.id] = std::nullopt;
    } else {
        record = *model_.media(place.record);
    }
    if (place.record != place.occupant) {
        if (record.location && record.location != address)
            vacate(record.id, *record.location);
        record.barcode = occupant.barcode;
        record.duplicate = occupant.duplicate;
        record.home_slot = occupant.home_slot;
        record.location = address;
        record.offline_reason.clear();
        record.last_seen = when_.ended;
        occupy(address, record.id);
    }
    const auto label = place.found.label ? std::optional(place.found.label->id) : std::nullopt;
    const bool known = static_cast<bool>(record.identification);
    using Outcome = Identification::Outcome;
    if (known && record.identification->outcome == Outcome::labelled &&
        !same_label(*record.identification, place.found) &&
        (place.found.label || place.found.outcome == Outcome::blank))
        diff_.push_back(
            {DiffKind::relabelled, record.barcode, label, std::nullopt, reference(address)});
    if (place.found.outcome == Outcome::unreadable)
        diff_.push_back(
            {DiffKind::unreadable, record.barcode, label, std::nullopt, reference(address)});
    auto found = place.found;
    if (known && !found.medium_serial)
        found.medium_serial = record.identification->medium_serial;
    record.identification = std::move(found);
    write(std::move(record));
}

/// A place that a record has left: what is there, if it was not examined, nobody has named yet.
void Reckoning::vacate(const std::string& id, ElementAddress address) {
    const auto* element = model_.element(address);
    if (element == nullptr || element->media != id || places_.count(address) > 0)
        return;
    Media unnamed;
    unnamed.id = model_.new_media_id();
    unnamed.barcode = element->barcode;
    unnamed.location = unnamed.home_slot = address;
    unnamed.first_seen = when_.ended;
    before_[unnamed.id] = std::nullopt;
    const auto unnamed_id = unnamed.id;
    write(std::move(unnamed));
    occupy(address, unnamed_id);
}

/// A record whose place turned out to hold another cartridge.
void Reckoning::displace(const std::string& id, ElementAddress address) {
    Media record = *model_.media(id);
    const bool stood_in = !record.identification && record.first_seen >= when_.began;
    if (stood_in) { // it never was more than the known cartridge in another place
        before_.erase(id);
        changed_.insert(id);
        model_.forget(id);
        return;
    }
    record.location.reset();
    record.last_location = address;
    record.offline_reason = "another cartridge is in its place";
    write(std::move(record));
}

void Reckoning::occupy(ElementAddress address, const std::string& id) {
    const auto* known = model_.element(address);
    if (known == nullptr)
        return;
    Element element = *known;
    element.media = id;
    element.provenance.sequence = sequence_;
    elements_.insert(address);
    model_.put(std::move(element));
}

void Reckoning::write(Media record) {
    if (before_.count(record.id) == 0) {
        const auto* before = model_.media(record.id);
        before_[record.id] = before != nullptr ? before->location : std::nullopt;
    }
    changed_.insert(record.id);
    model_.put(std::move(record));
}

std::optional<ElementReference> Reckoning::reference(std::optional<ElementAddress> address) const {
    const auto* element = address ? model_.element(*address) : nullptr;
    return element != nullptr ? std::optional(element->reference()) : std::nullopt;
}

void Reckoning::tell_moves() {
    for (const auto& [id, from] : before_) {
        const auto& record = *model_.media(id);
        const auto to = record.location;
        if (from == to)
            continue;
        auto change = !from ? DiffKind::added : !to ? DiffKind::removed : DiffKind::moved;
        if (from && to) {
            const auto* other = model_.element(*from);
            const auto came =
                other != nullptr && other->media ? before_.find(*other->media) : before_.end();
            if (came != before_.end() && came->second == to)
                change = DiffKind::swapped;
        }
        std::optional<std::string> label;
        if (record.identification && record.identification->label)
            label = record.identification->label->id;
        diff_.push_back({change, record.barcode, label, reference(from), reference(to)});
    }
}

} // namespace

bool may_be_the_same(const Identification& known,
                     const Identification& found,
                     const std::optional<std::string>& barcode) {
    if (known.medium_serial && found.medium_serial)
        return known.medium_serial == found.medium_serial;
    return barcode.has_value() || !other_label(known, found);
}

Outcome reconcile_findings(Model& model, const FindingsAt& when) {
    return Reckoning(model, when).run();
}

} // namespace changer::library
