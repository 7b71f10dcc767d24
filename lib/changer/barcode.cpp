// SPDX-License-Identifier: Apache-2.0
#include "changer/barcode.hpp"

#include <cstddef>

namespace changer {
namespace {

constexpr std::size_t label_length = 6;

/// L1 to L9 and LA (LTO), LT to LZ (write once), M8 (LTO-7 type M), JA to JZ (3592), CU (universal
/// cleaning).
bool is_media_id(std::string_view text) {
    if (text.size() != 2)
        return false;
    const char kind = text[0];
    const char what = text[1];
    const bool letter = what >= 'A' && what <= 'Z';
    return (kind == 'L' && ((what >= '1' && what <= '9') || letter)) || (kind == 'J' && letter) ||
           text == "M8" || text == "CU";
}

bool is_without_media_id(std::string_view shorter, std::string_view longer) {
    return shorter.size() == label_length && longer.starts_with(shorter) &&
           is_media_id(longer.substr(label_length));
}

} // namespace

bool same_barcode(std::string_view one, std::string_view other) {
    return one == other || is_without_media_id(one, other) || is_without_media_id(other, one);
}

} // namespace changer
