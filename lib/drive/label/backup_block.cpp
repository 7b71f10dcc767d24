// SPDX-License-Identifier: Apache-2.0
#include "drive/label/backup_block.hpp"

#include "support/text.hpp"

#include <algorithm>
#include <span>

namespace changer {
namespace {

/// Source:  Bacula, MAX_NAME_LENGTH: names have at most 127 characters and a NUL
constexpr std::size_t longest_name = 127;
/// The words that name the program; "Bacula 1.0 immortal\n" has 20.
constexpr std::size_t longest_program = 32;

/// Takes text up to its NUL; none if there is no NUL where one may be.
std::optional<std::string> take_text(ByteReader& in, std::size_t longest) {
    std::string text;
    while (text.size() <= longest) {
        const auto c = static_cast<char>(in.be(1));
        if (in.faulted())
            return std::nullopt;
        if (c == '\0')
            return text;
        text += c;
    }
    return std::nullopt;
}

/// Goes over the header of a block. Tells whether it leaves the session to its records, as BB01
/// did; none: it is no such header.
std::optional<bool> skip_block_header(ByteReader& in) {
    const auto options = in.be(4); // BB03; before that a checksum
    in.be(4);                      // length of the block
    in.be(4);                      // its number
    const std::string id = in.text(4);
    if (id == "BB01")
        return true;
    if (id != "BB02" && id != "BB03")
        return std::nullopt;
    in.bytes(8); // session
    if (id == "BB03" && (options & 1) != 0)
        in.bytes(8); // checksum
    return false;
}

} // namespace

std::optional<BackupVolumeLabel> decode_backup_volume_label(TapeStart start) {
    constexpr std::uint32_t label_of_unwritten_volume = 0xFFFF'FFFF; // FileIndex -1
    constexpr std::uint32_t label_of_volume = 0xFFFF'FFFE;           // FileIndex -2
    if (start.empty() || start.front().kind != TapeRecord::Kind::block)
        return std::nullopt;
    ByteReader block(start.front().data);
    const auto session_in_record = skip_block_header(block);
    if (!session_in_record)
        return std::nullopt;
    if (*session_in_record)
        block.bytes(8);
    const auto file_index = block.be(4);
    block.be(4); // stream
    const std::size_t length = block.be(4);
    if (block.faulted() ||
        (file_index != label_of_unwritten_volume && file_index != label_of_volume))
        return std::nullopt;
    ByteReader in(block.bytes(std::min(length, block.remaining())));
    const auto program = take_text(in, longest_program);
    if (!program)
        return std::nullopt;
    in.bytes(4 + 4 * 8); // version, times
    BackupVolumeLabel label{.program = *program, .name = take_text(in, longest_name)};
    take_text(in, longest_name); // previous volume
    label.pool = take_text(in, longest_name).value_or("");
    return label;
}

std::optional<Label>
recognise_backup_label(TapeStart start, std::string_view type, std::string_view program) {
    const auto decoded = decode_backup_volume_label(start);
    if (!decoded || !decoded->program.starts_with(program))
        return std::nullopt;
    return Label{.type = std::string(type),
                 .id = printable(decoded->name.value_or("")),
                 .info = printable(decoded->pool)};
}

} // namespace changer
