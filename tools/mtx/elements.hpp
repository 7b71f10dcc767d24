// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_descriptor.hpp"
#include "scsi/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace changer::mtx {

/// A volume tag as mtx prints it: what the changer says, up to the first byte that is no printable
/// character; the blanks at its end are counted, not kept.
struct Tag {
    std::string_view text;
    std::size_t blanks = 0;

    bool empty() const { return text.empty() && blanks == 0; }

    bool operator==(const Tag&) const = default;
};

/// Takes what mtx prints of a volume tag's bytes: up to the first that is below 20h or above 7Fh.
Tag printed_part(std::span<const std::byte> bytes);

/// What mtx knows of one element.
struct ElementView {
    scsi::ElementAddress address{};
    bool full = false;
    bool mail = false; ///< an import/export element
    std::optional<scsi::ElementAddress> source = std::nullopt;
    Tag primary;
    Tag alternate;
};

/// Everything that is where, in mtx's numbering: slots from 1, mail slots behind them, drives from
/// 0. Small: some 30 bytes an element.
class Elements {
    // What is kept: small, and without a pointer.
    struct Stored {
        std::uint32_t at = 0;
        std::uint8_t length = 0;
        std::uint8_t blanks = 0;
    };

    struct Record {
        scsi::ElementAddress address{};
        scsi::ElementAddress source{};
        bool has_source = false;
        bool full = false;
        Stored primary;
        Stored alternate;
    };

  public:
    /// Makes room for so many.
    void reserve(std::size_t slots, std::size_t mail_slots, std::size_t drives);

    /// Takes an element over as the changer describes it. Elements that are not there in a way only
    /// Exabyte's and ATL's say (83/02, 83/04) are left out, as mtx does; so is the arm.
    void add(const scsi::ElementDescriptor& descriptor);

    /// Takes an element over that somebody else has read.
    void add(scsi::ElementType type, const ElementView& element);

    unsigned slots() const { return static_cast<unsigned>(storage_.size() + mail_.size()); }

    unsigned mail_slots() const { return static_cast<unsigned>(mail_.size()); }

    unsigned drives() const { return static_cast<unsigned>(drives_.size()); }

    /// Calls visit(full, mail, primary tag, alternate tag) for each slot, in the order of their
    /// numbers.
    template <class Visit>
    void each_slot(Visit visit) const {
        for (const Record& record : storage_)
            visit(record.full, false, tag(record.primary), tag(record.alternate));
        for (const Record& record : mail_)
            visit(record.full, true, tag(record.primary), tag(record.alternate));
    }

    /// The slot of this number, from 1 to slots().
    ElementView slot(unsigned number) const;

    /// The drive of this number, from 0 to drives() - 1.
    ElementView drive(unsigned number) const;

    /// The number of the slot with this address; 0: there is none.
    unsigned slot_at(scsi::ElementAddress address) const;

    /// Finds for each loaded drive where its cartridge goes back to: the source it reports, if that
    /// slot is empty and no other drive reports it; else the first empty slot that no drive reports
    /// or has been given. Kept until something is added or moved.
    const std::vector<unsigned>& homes() const;

    /// Follows a cartridge from one place to another.
    void moved(scsi::ElementAddress from, scsi::ElementAddress to);

  private:
    void keep(scsi::ElementType type, const Record& record);
    Stored store(const Tag& tag);

    Tag tag(const Stored& stored) const {
        return {std::string_view(texts_.data() + stored.at, stored.length), stored.blanks};
    }

    ElementView view(const Record& record) const;
    Record* find(scsi::ElementAddress address);
    std::vector<unsigned> reported_homes() const;

    std::vector<Record> storage_;
    std::vector<Record> mail_;
    std::vector<Record> drives_;
    std::vector<char> texts_;
    mutable std::vector<unsigned> homes_; ///< as last found; empty: not looked for
};

} // namespace changer::mtx
