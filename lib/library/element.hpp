// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::library {

/// How we know what an element holds.
enum class Knowledge : std::uint8_t {
    observed, ///< the device said so
    inferred, ///< our own move implies it
    presumed, ///< the device could not say; the previous cartridge is taken to be still there
    stale,    ///< something happened since: unverified until the element is read again
};

/// The age and origin of a claim. `sequence` orders claims of one library; times are for people.
struct Provenance {
    Knowledge kind = Knowledge::stale;
    std::optional<WallTime> at;
    std::string by; ///< the command, job or event behind it
    std::uint64_t sequence = 0;

    bool operator==(const Provenance&) const = default;
};

/// ASC and ASCQ of an element that the device marks as abnormal.
struct Exception {
    std::uint8_t asc = 0;
    std::uint8_t ascq = 0;

    bool operator==(const Exception&) const = default;
};

/// An element by what the device and what the operator calls it.
struct ElementReference {
    scsi::ElementAddress address{};
    scsi::ElementType type = scsi::ElementType::storage;
    unsigned number = 0;

    bool operator==(const ElementReference&) const = default;
};

/// One place a cartridge can be.
struct Element {
    scsi::ElementAddress address{};
    scsi::ElementType type = scsi::ElementType::storage;
    unsigned number = 0; ///< the operator's number, see numbering.hpp
    std::optional<bool> full;
    std::optional<bool> accessible;
    bool not_present = false;                   ///< its magazine is out, or the device dropped it
    std::optional<std::string> barcode;         ///< as last read here
    std::optional<std::string> media;           ///< id of the record of the cartridge
    std::optional<scsi::ElementAddress> source; ///< where the device says it came from
    std::optional<Exception> exception;
    std::optional<std::string> drive_serial; ///< of the drive in place, where the changer tells
    Provenance provenance;

    ElementReference reference() const { return {address, type, number}; }

    bool operator==(const Element&) const = default;
};

std::string_view name(Knowledge kind);
std::string_view name(scsi::ElementType type);
std::optional<scsi::ElementType> element_type_from_name(std::string_view name);

nlohmann::json to_json(const ElementReference& reference);
nlohmann::json to_json(const std::optional<ElementReference>& reference); ///< null for none

/// Writes the document that the store keeps under "element/<address>".
nlohmann::json to_json(const Element& element);

/// Reads it back from its text.
///
/// Errors:  malformed_document
Result<Element> element_from_text(std::string_view document);

} // namespace changer::library
