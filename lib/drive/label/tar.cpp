// SPDX-License-Identifier: Apache-2.0
#include "drive/label/formats.hpp"
#include "support/text.hpp"

#include <algorithm>

namespace changer {
namespace {

/// Source:  POSIX.1-2017, pax, ustar interchange format; GNU tar manual, Basic Tar Format
constexpr std::size_t header_length = 512;
constexpr std::size_t longest_volume_name = 100;
constexpr std::size_t checksum_at = 148;
constexpr std::size_t checksum_length = 8;
constexpr std::size_t type_at = 156;
constexpr std::size_t magic_at = 257;
constexpr char volume_name = 'V'; ///< GNU tar --label: its own format has no magic there

/// Reads octal digits, blanks before them, up to the first that is none.
unsigned octal(std::string_view text) {
    unsigned value = 0;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    for (const char c : text) {
        if (c < '0' || c > '7')
            break;
        value = value * 8 + static_cast<unsigned>(c - '0');
    }
    return value;
}

/// The sum of all bytes, the field of the sum taken for blanks.
unsigned checksum(std::string_view header) {
    unsigned sum = checksum_length * ' ';
    for (std::size_t i = 0; i < header.size(); ++i)
        if (i < checksum_at || i >= checksum_at + checksum_length)
            sum += static_cast<unsigned char>(header[i]);
    return sum;
}

} // namespace

/// An archive has no label: two of the same files are alike. Its type keeps it from being taken for
/// an unknown tape.
std::optional<Label> recognise_tar(TapeStart start) {
    const auto text = first_block_text(start);
    if (!text || text->size() < header_length)
        return std::nullopt;
    const std::string_view header = std::string_view(*text).substr(0, header_length);
    const bool names_volume = header[type_at] == volume_name;
    if ((!names_volume && header.substr(magic_at, 5) != "ustar") ||
        octal(header.substr(checksum_at, checksum_length)) != checksum(header))
        return std::nullopt;
    Label label{.type = "tar"};
    if (names_volume)
        label.info = printable(header.substr(0, std::min(header.find('\0'), longest_volume_name)));
    return label;
}

} // namespace changer
