// SPDX-License-Identifier: Apache-2.0
#include "changer/move_verdict.hpp"

#include "changer/barcode.hpp"
#include "scsi/sense_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer {
namespace {

/// How well an element's content fits the wanted cartridge.
enum class Fit : std::uint8_t { other, possible, exact };

bool shows_barcode(const scsi::ElementStatus& element) {
    return element.volume_tag && !element.volume_tag->empty();
}

Fit fit(const scsi::ElementStatus& element, const std::optional<std::string>& barcode) {
    if (!element.full)
        return Fit::other;
    if (!barcode || !shows_barcode(element))
        return Fit::possible;
    return same_barcode(*element.volume_tag, *barcode) ? Fit::exact : Fit::other;
}

std::string_view kind(const scsi::ElementStatus& element) {
    switch (element.type) {
    case scsi::ElementType::data_transfer:
        return "drive";
    case scsi::ElementType::import_export:
        return "mail slot";
    case scsi::ElementType::transport:
        return "arm";
    default:
        return "slot";
    }
}

std::string place(const scsi::ElementStatus& element) {
    return fmt::format("the {} at element {}", kind(element), number(element.address));
}

std::string content(const scsi::ElementStatus& element) {
    return shows_barcode(element) ? *element.volume_tag
                                  : std::string("a cartridge without barcode");
}

Error no_access(const scsi::ElementStatus& element, std::string_view why) {
    return {Code::medium_not_accessible,
            fmt::format("{} is not accessible: {}", place(element), why)};
}

/// An element that is not there: an empty bay, a cell without its magazine.
Result<void> check_present(const scsi::ElementStatus& element, scsi::VendorFamily family) {
    if (element.disabled)
        return no_access(element, "it is disabled, or its magazine is out");
    if (!element.exception || element.full)
        return {};
    const scsi::SenseRow* row = scsi::lookup_element(element.asc, element.ascq, family);
    if (row && row->reaction == scsi::Reaction::skip_element)
        return Error{Code::resource_not_present,
                     fmt::format("{} is not there: {}", place(element), row->meaning)};
    return {};
}

Result<void> check_source(const scsi::ElementStatus& source,
                          const std::optional<std::string>& barcode,
                          const MoveRules& rules) {
    if (!source.full)
        return Error{Code::source_empty, place(source) + " is empty"};
    const bool reported = source.volume_tag.has_value();
    if (barcode && reported && !same_barcode(*source.volume_tag, *barcode))
        return Error{Code::wrong_cartridge,
                     fmt::format("{} holds {}, not {}", place(source), content(source), *barcode)};
    if (source.accessible || !rules.access_means_something)
        return {};
    if (source.type != scsi::ElementType::data_transfer)
        return no_access(source, "its door or magazine is open");
    if (rules.implicit_unload)
        return {};
    return no_access(source, "the drive has not let go of the tape; unload it first");
}

} // namespace

Result<void> check_move(const Places& places,
                        const std::optional<std::string>& barcode,
                        const MoveRules& rules) {
    for (const auto* element : {&places.source, &places.destination})
        if (auto present = check_present(*element, rules.sense_family); !present)
            return present;
    if (auto source = check_source(places.source, barcode, rules); !source)
        return source;
    const scsi::ElementStatus& destination = places.destination;
    if (destination.full)
        return Error{Code::destination_full,
                     fmt::format("{} holds {}", place(destination), content(destination))};
    if (!destination.accessible && rules.access_means_something)
        return no_access(destination, "a door or a magazine is open, or the drive is off");
    return {};
}

bool already_moved(const Places& places, const std::optional<std::string>& barcode) {
    return barcode && fit(places.destination, barcode) == Fit::exact &&
           fit(places.source, barcode) == Fit::other;
}

MoveVerdict judge_move(const Places& places, const std::optional<std::string>& barcode) {
    const Fit source = fit(places.source, barcode);
    const Fit destination = fit(places.destination, barcode);
    if (destination == Fit::exact && source == Fit::exact)
        return MoveVerdict::unknown; // two of one barcode, or the changer is not done yet
    if (destination == Fit::exact || (destination == Fit::possible && !places.source.full))
        return MoveVerdict::done;
    if (source == Fit::exact || (source == Fit::possible && !places.destination.full))
        return MoveVerdict::not_done;
    const bool in_arm =
        std::any_of(places.arms.begin(), places.arms.end(), [&](const scsi::ElementStatus& arm) {
            return fit(arm, barcode) != Fit::other;
        });
    if (in_arm && !places.source.full && !places.destination.full)
        return MoveVerdict::in_arm;
    return MoveVerdict::unknown;
}

} // namespace changer
