// SPDX-License-Identifier: Apache-2.0
#include "library/reconcile.hpp"

#include "library/reading.hpp"
#include "scsi/smc/element_status.hpp"

#include <algorithm>
#include <map>
#include <memory_resource>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace changer::library {

namespace {

using scsi::ElementAddress;
using scsi::ElementType;

/// What one read says of one element, and which cartridge that turned out to be.
struct Sight {
    const scsi::ElementStatus* status = nullptr;
    Reading reading;
    std::string occupant = {}; ///< id of the record; empty: none
    bool presumed = false;
};

/// One reconciliation. The steps run in the order of run(): who is still in place, who was found
/// elsewhere, who must be presumed, who is new, who is gone; only then is the model written.
class Reconciliation {
  public:
    Reconciliation(Model& model, const Observation& read, bool complete)
        : model_(model)
        , read_(read)
        , complete_(complete)
        , sequence_(model.advance()) {}

    Outcome run();

  private:
    void look();
    void keep_in_place();
    void find_by_barcode();
    void presume_unreadable();
    void create_records();
    void settle_vanished();
    void settle(ElementAddress address, const Media& record);
    void write_elements();
    void write_missing();
    void flag_duplicates();
    void tell();

    const Media* occupant_before(ElementAddress address) const;
    const Media* candidate(const std::string& tag, ElementAddress address) const;
    const Media* returning(ElementAddress address) const;
    void place(ElementAddress address, Sight& sight, const Media& record);
    void write(Media record);
    void write(Element element);
    Element describe(ElementAddress address, const Sight& sight) const;
    std::optional<ElementReference> reference(std::optional<ElementAddress> address) const;
    void add(DiffKind change,
             const Media& record,
             std::optional<ElementAddress> from,
             std::optional<ElementAddress> to);

    Model& model_;
    const Observation& read_;
    const bool complete_;
    const std::uint64_t sequence_;
    bool tags_ = false;  ///< the library reads barcodes
    bool grown_ = false; ///< there are new elements, or they changed their type
    /// What is needed for a moment lies together: between what the model keeps it would leave holes
    /// that the allocator cannot give back, half as much again for the largest library.
    std::pmr::monotonic_buffer_resource scratch_;
    std::pmr::map<ElementAddress, Sight> sights_{&scratch_};
    std::pmr::unordered_map<std::string, int> tag_counts_{&scratch_};
    std::pmr::unordered_map<std::string, ElementAddress> placed_{&scratch_};
    std::pmr::map<std::string, std::optional<ElementAddress>, IdLess> before_{
        &scratch_}; ///< of changed records
    std::pmr::set<std::string, IdLess> without_magazine_{&scratch_};
    std::pmr::set<std::string> touched_barcodes_{&scratch_};
    std::pmr::set<ElementAddress> changed_elements_{&scratch_};
    std::pmr::set<std::string, IdLess> changed_media_{&scratch_};
    std::pmr::set<std::string, IdLess> newly_duplicate_{&scratch_};
    Diff diff_;
};

Outcome Reconciliation::run() {
    look();
    keep_in_place();
    find_by_barcode();
    presume_unreadable();
    create_records();
    settle_vanished();
    write_elements();
    if (complete_) {
        write_missing();
        model_.mark_complete(read_.at, read_.by);
    }
    flag_duplicates();
    if (grown_)
        for (const auto address : model_.renumber())
            changed_elements_.insert(address);
    tell();
    return {{changed_elements_.begin(), changed_elements_.end()},
            {changed_media_.begin(), changed_media_.end()},
            std::move(diff_)};
}

void Reconciliation::look() {
    tags_ = read_.barcode_reader.value_or(false) || model_.has_barcodes();
    for (const auto& status : read_.elements) {
        Sight sight{&status, reading_of(status)};
        if (sight.reading.tag) {
            tags_ = true;
            ++tag_counts_[*sight.reading.tag];
        }
        sights_[status.address] = std::move(sight);
    }
}

const Media* Reconciliation::occupant_before(ElementAddress address) const {
    const auto* element = model_.element(address);
    return element != nullptr && element->media ? model_.media(*element->media) : nullptr;
}

void Reconciliation::place(ElementAddress address, Sight& sight, const Media& record) {
    sight.occupant = record.id;
    placed_[record.id] = address;
}

/// A readable tag is where it was; without a reader, whatever is full is what it was.
void Reconciliation::keep_in_place() {
    for (auto& [address, sight] : sights_) {
        const auto* record = occupant_before(address);
        if (record == nullptr || sight.reading.content != Content::full)
            continue;
        if (sight.reading.tag ? record->barcode == sight.reading.tag : !tags_)
            place(address, sight, *record);
    }
}

/// The record of a tag that was found at another element than before; none unless there is exactly
/// one it can be. Two cartridges with one barcode are never told apart by it.
const Media* Reconciliation::candidate(const std::string& tag, ElementAddress address) const {
    if (tag_counts_.at(tag) > 1)
        return nullptr;
    std::vector<const Media*> here;
    std::vector<const Media*> offline;
    for (const auto* record : model_.with_barcode(tag)) {
        if (placed_.count(record->id) > 0)
            return nullptr;
        (record->offline() ? offline : here).push_back(record);
    }
    if (!here.empty())
        return here.size() == 1 && !here.front()->duplicate ? here.front() : nullptr;
    if (offline.size() == 1)
        return offline.front();
    for (const auto* record : offline)
        if (record->last_location == address)
            return record;
    return nullptr;
}

void Reconciliation::find_by_barcode() {
    for (auto& [address, sight] : sights_) {
        if (!sight.occupant.empty() || !sight.reading.tag)
            continue;
        if (const auto* record = candidate(*sight.reading.tag, address))
            place(address, sight, *record);
    }
}

/// Full without a readable tag, or empty with an exception: what was there is taken to be there
/// still, unless it was found elsewhere.
void Reconciliation::presume_unreadable() {
    for (auto& [address, sight] : sights_) {
        const bool unreadable = sight.reading.content == Content::full && !sight.reading.tag;
        if (!sight.occupant.empty() || (!unreadable && sight.reading.content != Content::uncertain))
            continue;
        const auto* record = occupant_before(address);
        if (record == nullptr || placed_.count(record->id) > 0)
            continue;
        place(address, sight, *record);
        sight.presumed = record->barcode.has_value() || sight.reading.content != Content::full;
    }
}

/// The cartridge without a barcode that left with the magazine of this element.
const Media* Reconciliation::returning(ElementAddress address) const {
    const auto* element = model_.element(address);
    if (element == nullptr || !element->not_present)
        return nullptr;
    for (const auto& [id, record] : model_.media())
        if (record.offline() && !record.barcode && record.last_location == address)
            return &record;
    return nullptr;
}

void Reconciliation::create_records() {
    for (auto& [address, sight] : sights_) {
        if (!sight.occupant.empty() || sight.reading.content != Content::full)
            continue;
        const auto* before = occupant_before(address);
        if (before == nullptr)
            before = returning(address);
        Media record;
        if (before != nullptr && !before->barcode && placed_.count(before->id) == 0) {
            record = *before; // its tag can be read for the first time, or its magazine is back
        } else {
            record.id = model_.new_media_id();
            record.first_seen = read_.at;
        }
        record.barcode = sight.reading.tag;
        record.cleaner = sight.status->medium_type == scsi::medium_type::cleaning ||
                         (record.barcode && record.barcode->starts_with("CLN"));
        if (record.barcode)
            touched_barcodes_.insert(*record.barcode);
        write(record);
        place(address, sight, record);
    }
}

/// Cartridges whose element was read and that were found nowhere.
void Reconciliation::settle_vanished() {
    for (auto& [address, sight] : sights_) {
        const auto* record = occupant_before(address);
        if (record == nullptr || placed_.count(record->id) > 0 || record->location != address)
            continue;
        if (complete_ || sight.reading.content == Content::not_present || !sight.occupant.empty()) {
            settle(address, *record);
        } else {
            place(address, sight, *record); // a look at single elements declares nobody absent
            sight.presumed = true;
        }
    }
    if (!complete_)
        return;
    for (const auto& [address, element] : model_.elements()) {
        const auto* record = occupant_before(address);
        if (record != nullptr && sights_.count(address) == 0 && placed_.count(record->id) == 0)
            settle(address, *record);
    }
}

void Reconciliation::settle(ElementAddress address, const Media& record) {
    const auto sight = sights_.find(address);
    const bool element_gone =
        sight == sights_.end() || sight->second.reading.content == Content::not_present;
    Media gone = record;
    if (const auto* element = model_.element(address))
        gone.last_seen = model_.provenance(*element).at;
    gone.location.reset();
    gone.last_location = address;
    gone.offline_reason =
        element_gone ? "its magazine is out of the library" : "not in the library";
    if (element_gone)
        without_magazine_.insert(gone.id);
    if (gone.barcode)
        touched_barcodes_.insert(*gone.barcode);
    write(std::move(gone));
}

Element Reconciliation::describe(ElementAddress address, const Sight& sight) const {
    const auto& status = *sight.status;
    Element element;
    if (const auto* before = model_.element(address))
        element = *before;
    element.address = address;
    element.type = status.type;
    element.not_present = sight.reading.content == Content::not_present;
    element.accessible = status.accessible;
    element.full = !sight.occupant.empty();
    element.media.reset();
    element.barcode.reset();
    if (!sight.occupant.empty()) {
        element.media = sight.occupant;
        element.barcode = model_.media(sight.occupant)->barcode;
    }
    element.source = status.source;
    element.exception.reset();
    if (status.exception || element.not_present)
        element.exception = Exception{status.asc, status.ascq};
    if (status.identifier && !status.identifier->serial_number().empty())
        element.drive_serial = std::string(status.identifier->serial_number());
    element.provenance = {sight.presumed ? Knowledge::presumed : Knowledge::observed,
                          read_.at,
                          std::string(read_.by),
                          sequence_};
    return element;
}

/// Writes what changed. In a complete read an element that only grew younger is confirmed by the
/// read's mark, without a document of its own.
void Reconciliation::write_elements() {
    for (const auto& [id, address] : placed_) {
        Media record = *model_.media(id);
        if (record.location == address)
            continue;
        if (record.location && sights_.count(*record.location) == 0)
            if (const auto* left = model_.element(*record.location)) {
                Element element = *left; // not read, but its cartridge was seen elsewhere
                element.full.reset();
                element.media.reset();
                element.barcode.reset();
                element.provenance = {Knowledge::stale, read_.at, std::string(read_.by), sequence_};
                write(std::move(element));
            }
        if (record.barcode)
            touched_barcodes_.insert(*record.barcode);
        record.location = address;
        record.offline_reason.clear();
        if (sights_.at(address).status->type == ElementType::storage)
            record.home_slot = address;
        write(std::move(record));
    }
    for (const auto& [address, sight] : sights_) {
        Element now = describe(address, sight);
        const auto* before = model_.element(address);
        if (before != nullptr && complete_) {
            Element aged = now;
            if (before->provenance.kind == now.provenance.kind ||
                (before->provenance.kind != Knowledge::presumed && !sight.presumed))
                aged.provenance = before->provenance;
            if (aged == *before)
                continue;
        }
        write(std::move(now));
    }
}

/// Elements that a complete read no longer lists: some libraries drop those of a magazine.
void Reconciliation::write_missing() {
    std::vector<Element> missing;
    for (const auto& [address, element] : model_.elements())
        if (sights_.count(address) == 0 && (!element.not_present || element.media))
            missing.push_back(element);
    for (auto& element : missing) {
        element.not_present = true;
        element.full = false;
        element.media.reset();
        element.barcode.reset();
        element.provenance = {Knowledge::observed, read_.at, std::string(read_.by), sequence_};
        write(std::move(element));
    }
}

void Reconciliation::flag_duplicates() {
    for (const auto& barcode : touched_barcodes_) {
        const auto records = model_.with_barcode(barcode);
        const auto present = std::count_if(
            records.begin(), records.end(), [](const Media* record) { return !record->offline(); });
        std::vector<Media> flipped;
        for (const auto* record : records) {
            const bool duplicate = !record->offline() && present > 1;
            if (record->duplicate == duplicate)
                continue;
            flipped.push_back(*record);
            flipped.back().duplicate = duplicate;
            if (duplicate)
                newly_duplicate_.insert(record->id);
        }
        for (auto& record : flipped)
            write(std::move(record));
    }
}

void Reconciliation::write(Media record) {
    if (before_.count(record.id) == 0) {
        const auto* before = model_.media(record.id);
        before_[record.id] = before != nullptr ? before->location : std::nullopt;
    }
    changed_media_.insert(record.id);
    model_.put(std::move(record));
}

void Reconciliation::write(Element element) {
    const auto* before = model_.element(element.address);
    grown_ = grown_ || before == nullptr || before->type != element.type;
    changed_elements_.insert(element.address);
    model_.put(std::move(element));
}

std::optional<ElementReference>
Reconciliation::reference(std::optional<ElementAddress> address) const {
    const auto* element = address ? model_.element(*address) : nullptr;
    return element != nullptr ? std::optional(element->reference()) : std::nullopt;
}

void Reconciliation::add(DiffKind change,
                         const Media& record,
                         std::optional<ElementAddress> from,
                         std::optional<ElementAddress> to) {
    diff_.push_back({change, record.barcode, std::nullopt, reference(from), reference(to)});
}

void Reconciliation::tell() {
    for (const auto& [id, from] : before_) {
        const auto& record = *model_.media(id);
        const auto to = record.location;
        if (from == to)
            continue;
        if (!from)
            add(DiffKind::added, record, from, to);
        else if (!to)
            add(without_magazine_.count(id) > 0 ? DiffKind::not_present : DiffKind::removed,
                record,
                from,
                to);
        else {
            const auto* other = occupant_before(*from); // the model is written: who is there now
            const auto came_from = other != nullptr ? before_.find(other->id) : before_.end();
            const bool swapped = came_from != before_.end() && came_from->second == to;
            add(swapped ? DiffKind::swapped : DiffKind::moved, record, from, to);
        }
    }
    for (const auto& [address, sight] : sights_) {
        const bool no_tag = sight.reading.content == Content::full && !sight.reading.tag && tags_;
        const bool arrived = before_.count(sight.occupant) > 0;
        if (!sight.occupant.empty() && (sight.presumed || (no_tag && arrived)))
            add(DiffKind::unreadable, *model_.media(sight.occupant), std::nullopt, address);
    }
    for (const auto& id : newly_duplicate_)
        add(DiffKind::duplicate, *model_.media(id), std::nullopt, model_.media(id)->location);
    std::stable_sort(diff_.begin(), diff_.end(), [](const DiffEntry& a, const DiffEntry& b) {
        const auto key = [](const DiffEntry& entry) {
            const auto& at = entry.to ? entry.to : entry.from;
            return std::tuple(entry.change, at ? scsi::number(at->address) : 0);
        };
        return key(a) < key(b);
    });
}

} // namespace

Outcome reconcile(Model& model, const Observation& read) {
    return Reconciliation(model, read, true).run();
}

Outcome observe(Model& model, const Observation& read) {
    return Reconciliation(model, read, false).run();
}

} // namespace changer::library
