// SPDX-License-Identifier: Apache-2.0
#include "drive/label/formats.hpp"

#include <algorithm>
#include <cstddef>

namespace changer {
namespace {

bool is_uuid(std::string_view text) {
    constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::equal(
        text.begin(), text.end(), shape.begin(), shape.end(), [](char c, char wanted) {
            const bool hexadecimal =
                (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            return wanted == 'x' ? hexadecimal : c == wanted;
        });
}

/// The volume's UUID in LTFS's own label: what tells volumes apart, where VOL1 is often blank.
std::string volume_uuid(TapeStart start) {
    constexpr std::string_view opening = "<volumeuuid>";
    constexpr std::string_view closing = "</volumeuuid>";
    if (start.size() < 3 || start[1].kind != TapeRecord::Kind::filemark)
        return {};
    const auto text = first_block_text(start.subspan(2));
    if (!text || text->find("<ltfslabel") == text->npos)
        return {};
    const auto begin = text->find(opening);
    const auto end = text->find(closing);
    if (begin == text->npos || end == text->npos || end < begin + opening.size())
        return {};
    std::string uuid = text->substr(begin + opening.size(), end - begin - opening.size());
    if (!is_uuid(uuid))
        return {};
    std::transform(uuid.begin(), uuid.end(), uuid.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return uuid;
}

} // namespace

/// Source:  LTFS Format Specification, label construct: VOL1 with "LTFS" for the implementation,
///          a filemark, an XML document, a filemark; both partitions have the same
std::optional<Label> recognise_ltfs(TapeStart start) {
    const auto text = first_block_text(start, vol1::length);
    if (!text || !text->starts_with("VOL1") ||
        text->compare(vol1::implementation_at, 4, "LTFS") != 0)
        return std::nullopt;
    return Label{.type = "ltfs",
                 .id = volume_uuid(start),
                 .info =
                     label_name(std::string_view(*text).substr(vol1::name_at, vol1::name_length))};
}

} // namespace changer
