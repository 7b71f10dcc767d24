// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/evidence.hpp"

#include "jobs/door/step.hpp"
#include "scsi/sense_table.hpp"
#include "support/sense.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace changer::jobs::door {
namespace {

using Strength = Evidence::Strength;

/// The locks of all initiators, or ours, are gone.  Source:  SPC-4, 29h and 2Ah/15h
bool loses_locks(const Sense& sense) {
    return sense.key == 0x6 && (sense.asc == 0x29 || (sense.asc == 0x2A && sense.ascq == 0x15));
}

/// A magazine not accessible, removed, inserted: on some libraries the only word of a door.
bool speaks_of_a_magazine(const Sense& sense) {
    return sense.asc == 0x3B && sense.ascq >= 0x11 && sense.ascq <= 0x13;
}

Strength strength_of(const Sense& sense, const Context& context, Maybe maybe) {
    if (context.discounted == sense)
        return Strength::none;
    if (speaks_of_a_magazine(sense))
        return Strength::strong;
    switch (scsi::door_evidence(sense, context.parameters.family)) {
    case scsi::DoorEvidence::open:
    case scsi::DoorEvidence::magazine:
        return Strength::strong;
    case scsi::DoorEvidence::maybe:
        return maybe == Maybe::counts && context.allowed ? Strength::strong : Strength::none;
    case scsi::DoorEvidence::weak:
        return Strength::weak;
    case scsi::DoorEvidence::none:
    case scsi::DoorEvidence::import_export_only:
    case scsi::DoorEvidence::never:
        return Strength::none;
    }
    return Strength::none;
}

void add(Evidence& evidence, const Sense& sense, const Context& context, Maybe maybe) {
    evidence.reset = evidence.reset || loses_locks(sense);
    const Strength strength = strength_of(sense, context, maybe);
    if (strength <= evidence.strength)
        return;
    evidence.strength = strength;
    evidence.text =
        scsi::describe(sense, context.parameters.family) + " (" + to_string(sense) + ")";
}

std::optional<Sense> sense_of(const DeviceAnswer& answer) {
    struct Carried {
        std::optional<Sense> operator()(const Readiness& a) const { return a.not_ready; }

        std::optional<Sense> operator()(const Alerts&) const { return std::nullopt; }

        std::optional<Sense> operator()(const Elements&) const { return std::nullopt; }

        std::optional<Sense> operator()(const Rescanned&) const { return std::nullopt; }

        std::optional<Sense> operator()(const Removal& a) const { return a.sense; }

        std::optional<Sense> operator()(const Moved& a) const {
            return a.error ? a.error->sense : std::nullopt;
        }

        std::optional<Sense> operator()(const Exchanged& a) const {
            return a.error ? a.error->sense : std::nullopt;
        }

        std::optional<Sense> operator()(const Positioned&) const { return std::nullopt; }

        std::optional<Sense> operator()(const DeviceFailed& a) const { return a.error.sense; }
    };

    return std::visit(Carried{}, answer.answer);
}

/// FNV-1a over 64 bits: the same on every machine and in every build, as journals need.
class Digest {
  public:
    void add(std::uint64_t value) {
        for (int i = 0; i < 8; ++i)
            add_byte(static_cast<std::uint8_t>(value >> 8 * i & 0xFF));
    }

    void add(std::string_view text) {
        add(text.size());
        for (const char c : text)
            add_byte(static_cast<std::uint8_t>(c));
    }

    std::uint64_t value() const { return value_; }

  private:
    void add_byte(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001B3; }

    std::uint64_t value_ = 0xCBF29CE484222325;
};

bool magazine_out(const scsi::ElementStatus& element) {
    return element.disabled ||
           (element.asc == 0x3B && element.ascq >= 0x11 && element.ascq <= 0x12);
}

} // namespace

Evidence evidence_of(std::span<const scsi::UnitAttention> attentions, const Context& context) {
    Evidence evidence;
    for (const scsi::UnitAttention& attention : attentions)
        add(evidence, attention.sense, context, Maybe::ignored);
    return evidence;
}

Evidence evidence_of(const DeviceAnswer& answer, const Context& context, Maybe maybe) {
    Evidence evidence;
    for (const scsi::UnitAttention& attention : answer.unit_attentions)
        add(evidence, attention.sense, context, maybe);
    if (const auto sense = sense_of(answer))
        add(evidence, *sense, context, maybe);
    return evidence;
}

Evidence new_alerts(const AlertFlags& before, const AlertFlags& now) {
    for (const std::size_t flag : {scsi::tape_alert::door_open,
                                   scsi::tape_alert::magazine_not_present,
                                   scsi::tape_alert::door_opened_during_operation})
        if (now.test(flag) && !before.test(flag))
            return {Strength::strong, false, "TapeAlert flag " + std::to_string(flag)};
    return {};
}

Snapshot snapshot_of(const std::vector<scsi::ElementStatus>& elements) {
    // By address, because a read in another order is not another content.
    std::vector<const scsi::ElementStatus*> slots;
    for (const scsi::ElementStatus& element : elements)
        if (element.type == scsi::ElementType::storage)
            slots.push_back(&element);
    std::sort(slots.begin(), slots.end(), [](const auto* a, const auto* b) {
        return a->address < b->address;
    });
    Digest digest;
    Snapshot snapshot;
    for (const scsi::ElementStatus* slot : slots) {
        digest.add(scsi::number(slot->address));
        digest.add((slot->full ? 1U : 0U) | (magazine_out(*slot) ? 2U : 0U));
        // An empty cell's tag is noise: some libraries report what was in it before.
        digest.add(slot->full ? std::string_view(slot->volume_tag.value_or("")) : "");
        ++snapshot.slots;
        snapshot.full += slot->full ? 1U : 0U;
    }
    snapshot.digest = digest.value();
    return snapshot;
}

std::uint32_t count_unsettled(const std::vector<scsi::ElementStatus>& elements) {
    const auto unsettled = [](const scsi::ElementStatus& element) {
        if (element.type == scsi::ElementType::transport)
            return false;
        const auto code = std::pair(element.asc, element.ascq);
        // 83/00 not yet scanned (BDT) or label questionable (Exabyte), 81/00 status questionable
        // (IBM 3584), 53/08 element status unknown (T10)
        return element.exception && (code == std::pair<std::uint8_t, std::uint8_t>(0x83, 0x00) ||
                                     code == std::pair<std::uint8_t, std::uint8_t>(0x81, 0x00) ||
                                     code == std::pair<std::uint8_t, std::uint8_t>(0x53, 0x08));
    };
    return static_cast<std::uint32_t>(std::count_if(elements.begin(), elements.end(), unsettled));
}

std::optional<std::string> opened(const DeviceAnswer& answer, scsi::VendorFamily family) {
    Context context;
    context.parameters.family = family;
    Evidence evidence = evidence_of(answer, context, Maybe::ignored);
    if (!evidence.strong())
        return std::nullopt;
    return std::move(evidence.text);
}

} // namespace changer::jobs::door
