// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace changer::scsi {

/// What SEND VOLUME TAG does with its template.  Source:  SMC-3, send action codes
enum class VolumeTagAction : std::uint8_t {
    translate_all = 0x00, ///< finds elements by either tag
    translate_primary = 0x01,
    translate_alternate = 0x02,
    translate_all_ignoring_sequence = 0x04,
    translate_primary_ignoring_sequence = 0x05,
    translate_alternate_ignoring_sequence = 0x06,
    assert_primary = 0x08, ///< gives the tag to the cartridge at the start address
    assert_alternate = 0x09,
    replace_primary = 0x0A,
    replace_alternate = 0x0B,
    undefine_primary = 0x0C,
    undefine_alternate = 0x0D,
};

/// Says whether this is one of the actions above.
constexpr bool exists(VolumeTagAction action) {
    const auto code = static_cast<unsigned>(action);
    return code <= 0x0D && code != 0x03 && code != 0x07;
}

/// Looks for volume tags, or changes one. What was found is asked for with REQUEST VOLUME ELEMENT
/// ADDRESS.
struct SendVolumeTag {
    static constexpr std::uint16_t list_length = 40;

    ElementType type = ElementType::any;
    ElementAddress start{}; ///< a minimum
    VolumeTagAction action = VolumeTagAction::translate_all;
    std::uint16_t parameter_list_length = list_length; ///< or 0: no template, as for undefine

    bool operator==(const SendVolumeTag&) const = default;
};

/// Encodes SEND VOLUME TAG (B6h).  Source:  SMC-3, SEND VOLUME TAG command
constexpr Cdb encode(const SendVolumeTag& command) {
    return Cdb(opcode::send_volume_tag, 12)
        .put(1, static_cast<std::uint8_t>(command.type), 1)
        .put(2, number(command.start), 2)
        .put(5, static_cast<std::uint8_t>(command.action), 1)
        .put(8, command.parameter_list_length, 2);
}

/// Errors:  invalid_parameter — not this command, an element type or an action that does not exist
Result<SendVolumeTag> decode_send_volume_tag(const Cdb& cdb);

/// What to look for, or the new tag.
struct VolumeTagTemplate {
    std::string volume_identifier; ///< padding removed; `*` any run of characters, `?` any one
    std::uint16_t minimum_sequence_number = 0;
    std::uint16_t maximum_sequence_number = 0xFFFF;

    bool operator==(const VolumeTagTemplate&) const = default;
};

/// Decodes the parameter list of SEND VOLUME TAG.
///
/// Source:  SMC-3, SEND VOLUME TAG parameter list
/// Errors:  malformed_response — fewer than 40 bytes: half a template would find other cartridges
Result<VolumeTagTemplate> decode_volume_tag_template(std::span<const std::byte> received);

/// Encodes the parameter list: 40 bytes, an identifier of more than 32 is cut.
Bytes encode_volume_tag_template(const VolumeTagTemplate& wanted);

/// Says whether a volume tag (without padding) is one the template describes; sequence numbers are
/// not looked at.
/// Source:  SMC-3, volume identification template: `*` and `?`
bool matches(const VolumeTagTemplate& wanted, std::string_view volume_tag);

} // namespace changer::scsi
