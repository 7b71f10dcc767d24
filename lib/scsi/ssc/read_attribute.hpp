// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/ssc/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace changer::scsi {

/// Asks a drive for what the memory chip of the cartridge in it says (MAM).
struct ReadAttribute {
    enum class Action : std::uint8_t { values = 0, list = 1 };

    Action action = Action::values;
    std::uint8_t partition = 0;
    std::uint16_t first_attribute = 0; ///< a minimum
    std::uint32_t allocation_length = 65536;

    bool operator==(const ReadAttribute&) const = default;
};

/// Encodes READ ATTRIBUTE (8Ch).  Source:  SPC-4, READ ATTRIBUTE command
constexpr Cdb encode(const ReadAttribute& command) {
    return Cdb(opcode::read_attribute, 16)
        .put(1, static_cast<std::uint8_t>(command.action), 1)
        .put(7, command.partition, 1)
        .put(8, command.first_attribute, 2)
        .put(10, command.allocation_length, 4);
}

/// Errors:  invalid_parameter — not this command, or another action than these
Result<ReadAttribute> decode_read_attribute(const Cdb& cdb);

/// Attributes by name.  Source:  SPC-4, medium auxiliary memory attributes; LTO drives' manuals
namespace attribute {
inline constexpr std::uint16_t remaining_capacity = 0x0000; ///< MiB in the partition
inline constexpr std::uint16_t maximum_capacity = 0x0001;   ///< MiB in the partition
inline constexpr std::uint16_t load_count = 0x0003;
inline constexpr std::uint16_t medium_manufacturer = 0x0400;
inline constexpr std::uint16_t medium_serial_number = 0x0401; ///< the factory's: tells twins apart
inline constexpr std::uint16_t medium_type = 0x0408;          ///< 00h data, 01h cleaning, 80h WORM
inline constexpr std::uint16_t medium_type_information = 0x0409; ///< cleaning: permitted in all
inline constexpr std::uint16_t application_vendor = 0x0800;
inline constexpr std::uint16_t application_name = 0x0801;
inline constexpr std::uint16_t user_medium_text_label = 0x0803;
inline constexpr std::uint16_t barcode = 0x0806; ///< as host software wrote it: may be stale
} // namespace attribute

/// One attribute.
struct MediumAttribute {
    enum class Format : std::uint8_t { binary = 0, ascii = 1, text = 2 };

    std::uint16_t id = 0;
    bool read_only = false;
    Format format = Format::binary; ///< any 2-bit value
    Bytes value;

    /// The value as text, blanks and NULs around it removed.
    std::string as_text() const;
    /// The value as a big-endian number; none if it is longer than 8 bytes, or empty.
    std::optional<std::uint64_t> as_number() const;

    bool operator==(const MediumAttribute&) const = default;
};

/// What a cartridge's memory says.
struct MediumAttributes {
    std::vector<MediumAttribute> attributes = {};
    bool cut = false; ///< there are more behind the data received

    /// Finds an attribute; null if it is not there, whole.
    const MediumAttribute* find(std::uint16_t id) const;

    bool operator==(const MediumAttributes&) const = default;
};

/// Decodes the data of action `values`: every whole attribute.
///
/// Source:  SPC-4, READ ATTRIBUTE, ATTRIBUTE VALUES service action; MAM attribute format
/// Errors:  malformed_response — a truncated header
/// Notes:   a device may answer with the next attribute where the one asked for is absent
Result<MediumAttributes> decode_medium_attributes(std::span<const std::byte> received);

/// Decodes the data of action `list`: identifiers of attributes.
///
/// Source:  SPC-4, READ ATTRIBUTE, ATTRIBUTE LIST service action
/// Errors:  malformed_response — a truncated header
Result<std::vector<std::uint16_t>> decode_attribute_list(std::span<const std::byte> received);

Bytes encode_medium_attributes(std::span<const MediumAttribute> attributes);
Bytes encode_attribute_list(std::span<const std::uint16_t> ids);

/// Makes an attribute of text, cut or padded with blanks to `width`.
MediumAttribute text_attribute(std::uint16_t id, std::string_view text, std::size_t width);

/// Makes an attribute of a number of `width` (1 to 8) bytes.
MediumAttribute number_attribute(std::uint16_t id, std::uint64_t number, std::size_t width);

} // namespace changer::scsi
