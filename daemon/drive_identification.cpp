// SPDX-License-Identifier: Apache-2.0
#include "drive_identification.hpp"

#include "support/text.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace changer::daemon {
namespace {

/// How much of an unrecognised block is kept for good: enough to tell what wrote it.
constexpr std::size_t most_shown = 128;

library::Identification::Outcome translate(LabelReading::Outcome outcome) {
    using Told = library::Identification::Outcome;
    switch (outcome) {
    case LabelReading::Outcome::labelled:
        return Told::labelled;
    case LabelReading::Outcome::unrecognised:
        return Told::unrecognised;
    case LabelReading::Outcome::blank:
        return Told::blank;
    case LabelReading::Outcome::encrypted:
        return Told::encrypted;
    case LabelReading::Outcome::unreadable:
        return Told::unreadable;
    case LabelReading::Outcome::incompatible:
        return Told::incompatible;
    case LabelReading::Outcome::cleaning_cartridge:
        return Told::cleaning_cartridge;
    case LabelReading::Outcome::no_cartridge:
        return Told::no_cartridge;
    }
    return Told::unreadable;
}

} // namespace

library::Identification identification_of(const LabelReading& reading) {
    library::Identification told;
    told.outcome = translate(reading.outcome);
    if (reading.label)
        told.label =
            library::MediumLabel{reading.label->type, reading.label->id, reading.label->info};
    told.medium_serial = reading.memory.serial;
    told.load_count = reading.memory.load_count;
    told.cleaning_uses = reading.memory.cleanings_left();
    const std::span<const std::byte> block(reading.first_block);
    told.first_block = to_hex(block.first(std::min(block.size(), most_shown)));
    told.text = reading.text;
    return told;
}

} // namespace changer::daemon
