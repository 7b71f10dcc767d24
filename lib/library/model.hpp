// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/element.hpp"
#include "library/media.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace changer::library {

/// Orders ids with a number at the end as people count: "m9" before "m10".
struct IdLess {
    using is_transparent = void;

    bool operator()(std::string_view a, std::string_view b) const {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
};

/// An event that touched all elements, or one type of them, at once.
struct Mark {
    std::uint64_t sequence = 0; ///< 0: never
    std::optional<WallTime> at;
    std::string by;

    bool operator==(const Mark&) const = default;
};

/// What makes one library's map valid as a whole. A complete read confirms every element and a door
/// makes every element stale without touching 60,000 documents: elements keep the claim of their
/// last change, and the marks are laid over it.
struct Epoch {
    std::uint64_t sequence = 0;   ///< of the newest claim
    std::uint64_t next_media = 1; ///< number of the next cartridge record
    Mark complete_read;
    Mark stale;      ///< everything
    Mark stale_mail; ///< mail slots only

    bool operator==(const Epoch&) const = default;
};

nlohmann::json to_json(const Epoch& epoch);
Epoch epoch_from_json(const nlohmann::json& document);

/// The elements and cartridges of one library: a value.
class Model {
  public:
    explicit Model(std::string library = {})
        : library_(std::move(library)) {}

    const std::string& library() const { return library_; }

    const std::map<scsi::ElementAddress, Element>& elements() const { return elements_; }

    const std::map<std::string, Media, IdLess>& media() const { return media_; }

    const Epoch& epoch() const { return epoch_; }

    const Element* element(scsi::ElementAddress address) const;
    const Element* element(scsi::ElementType type, unsigned number) const;
    const Media* media(std::string_view id) const;
    /// All records with this barcode, offline ones too, oldest first.
    std::vector<const Media*> with_barcode(std::string_view barcode) const;

    /// True if any record, offline ones too, has a barcode.
    bool has_barcodes() const { return !by_barcode_.empty(); }

    /// The element's provenance with the marks laid over it.
    Provenance provenance(const Element& element) const;

    void put(Element element);
    void put(Media media);
    void erase(scsi::ElementAddress address);
    /// Drops the record of a cartridge, which no element may name any more.
    void forget(std::string_view media);

    void set_epoch(Epoch epoch) {
        epoch.sequence = std::max(epoch.sequence, epoch_.sequence);
        epoch_ = std::move(epoch);
    }

    /// Starts a new claim and returns its sequence.
    std::uint64_t advance() { return ++epoch_.sequence; }

    /// Returns the id of a new cartridge record.
    std::string new_media_id();

    /// Records that a complete read confirmed every element it did not change.
    void mark_complete(WallTime at, std::string_view by);
    void mark_stale(WallTime at, std::string_view by);
    void mark_mail_stale(WallTime at, std::string_view by);

    /// True when something happened since the last complete read.
    bool stale() const { return epoch_.stale.sequence >= epoch_.complete_read.sequence; }

    /// Gives elements their operator's numbers, by type in the order of addresses.
    /// Returns:  the elements whose number changed
    std::vector<scsi::ElementAddress> renumber();

  private:
    void unlist(const Media& media);

    std::string library_;
    std::map<scsi::ElementAddress, Element> elements_;
    std::map<std::string, Media, IdLess> media_;
    std::unordered_multimap<std::string, std::string> by_barcode_;
    std::map<std::pair<scsi::ElementType, unsigned>, scsi::ElementAddress> by_number_;
    Epoch epoch_;
};

} // namespace changer::library
