// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::scsi {

/// A volume tag in an element descriptor: its text, and all of it.
///
/// Source:  SMC-3 6.10.5 (PRIMARY VOLUME TAG: 32 of identifier, 2 reserved, 2 of sequence number)
inline constexpr std::size_t tag_text_length = 32;
inline constexpr std::size_t tag_length = 36;

/// Who is behind an element (a drive's vendor, product and serial number), as DVCID reports it.
struct DeviceIdentifier {
    std::uint8_t code_set = 2; ///< 1 binary, 2 ASCII, 3 UTF-8
    std::uint8_t type = 1;  ///< 0: serial number only; 1: vendor (8), product (16), serial number
    std::string identifier; ///< as it is, padding and all

    /// These have their padding removed; empty where the form has no such part.
    std::string_view vendor() const;
    std::string_view product() const;
    std::string_view serial_number() const;

    bool operator==(const DeviceIdentifier&) const = default;
};

/// Medium type codes of byte 9.  Source:  SMC-3, element descriptors; IBM and Dell references
namespace medium_type {
inline constexpr std::uint8_t unspecified = 0;
inline constexpr std::uint8_t data = 1;
inline constexpr std::uint8_t cleaning = 2;
inline constexpr std::uint8_t diagnostic = 3;
inline constexpr std::uint8_t write_once = 4;
inline constexpr std::uint8_t microcode = 5;
} // namespace medium_type

/// What a changer reports of one element.
struct ElementStatus {
    ElementType type = ElementType::storage;
    ElementAddress address{};
    bool full = false;
    bool import_export = false;  ///< mail slots: the operator put it there, not the arm
    bool exception = false;      ///< asc and ascq say what is wrong
    bool accessible = true;      ///< Access; always true for the arm, which has no such bit
    bool export_enabled = false; ///< mail slots
    bool import_enabled = false; ///< mail slots
    bool operator_intervention_required = false; ///< mail slots: OIR
    bool disabled = false;                       ///< ED: a magazine is out, a drive bay is empty
    bool inverted = false;
    std::uint8_t asc = 0; ///< some devices set these without `exception`
    std::uint8_t ascq = 0;
    std::uint8_t medium_type = 0;
    std::optional<ElementAddress> source = std::nullopt; ///< SVALID; a hint, not always a slot
    /// Padding removed; empty: reported blank; none: not reported at all.
    std::optional<std::string> volume_tag = std::nullopt;
    std::optional<std::string> alternate_volume_tag = std::nullopt;
    std::optional<DeviceIdentifier> identifier = std::nullopt;      ///< none: absent, or empty
    std::optional<std::uint8_t> scsi_bus_address = std::nullopt;    ///< drives on parallel SCSI
    std::optional<std::uint8_t> logical_unit_number = std::nullopt; ///< drives on parallel SCSI

    bool operator==(const ElementStatus&) const = default;
};

/// Element status data, every page of it in one list.
struct ElementStatusReport {
    ElementAddress first{};            ///< as announced: wrong on some devices
    std::uint16_t available = 0;       ///< as announced: elements, whether they fitted or not
    std::uint32_t announced_bytes = 0; ///< as announced: behind the first 8 bytes
    bool cut = false;                  ///< elements or pages announced have not arrived
    std::vector<ElementStatus> elements = {};

    bool operator==(const ElementStatusReport&) const = default;
};

/// Decodes READ ELEMENT STATUS data: all pages, any mix of element types, any descriptor length.
///
/// Source:  SMC-3, READ ELEMENT STATUS parameter data (header, page and descriptor tables)
/// Shape:   8-byte header, then pages: 8-byte page header + descriptors of the announced length
/// Units:   lengths in bytes; addresses are element addresses
/// Errors:  malformed_response — truncated header; a page of no known element type; descriptors
///          of 1 to 3 bytes, which cannot hold an address
/// Notes:   whole descriptors only; a cut tail sets `cut`, and is an error only if the allocation
///          length was not used up: the caller knows. Trailing zeros, counts that include their own
///          header, and an AVOLTAG bit without the tag's bytes are tolerated.
Result<ElementStatusReport> decode_element_status(std::span<const std::byte> received);

/// One page to be encoded: elements of one type.
struct ElementStatusPage {
    ElementType type = ElementType::storage;
    bool primary_volume_tags = false;
    bool alternate_volume_tags = false;
    /// Of the identifier behind its 4-byte header; none: no identifier header at all.
    std::optional<std::uint8_t> identifier_length = std::nullopt;
    std::uint16_t extra_bytes = 0; ///< zeros at the end of each descriptor, as vendors add
    std::vector<ElementStatus> elements = {};
};

/// Encodes element status data of these pages, uncut.
/// Notes:   tags are padded with blanks, and with zeros where there is none
Bytes encode_element_status(std::span<const ElementStatusPage> pages);

/// Cuts encoded element status data to an allocation length as devices do: whole descriptors only,
/// the counts unchanged.
Bytes cut_element_status(Bytes encoded, std::size_t allocation_length);

} // namespace changer::scsi
