// SPDX-License-Identifier: Apache-2.0
#include "drive/label/label.hpp"

#include "drive/label/formats.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>

namespace changer {
namespace {

/// VOL1, a filemark, the label of LTFS itself.
constexpr std::size_t ltfs_records = 3;

constexpr std::array formats{
    LabelFormat{"ltfs", recognise_ltfs, ltfs_records},
    LabelFormat{"ansi", recognise_ansi},
    LabelFormat{"ebcdic", recognise_ebcdic},
    LabelFormat{"bacula", recognise_bacula},
    LabelFormat{"bareos", recognise_bareos},
    LabelFormat{"amanda", recognise_amanda},
    LabelFormat{"tar", recognise_tar},
};

} // namespace

std::span<const LabelFormat> label_formats() {
    return formats;
}

const LabelFormat* find_label_format(TapeStart start) {
    const auto* const found = std::find_if(formats.begin(), formats.end(), [&](const auto& each) {
        return each.recognise(start).has_value();
    });
    return found == formats.end() ? nullptr : &*found;
}

std::optional<Label> recognise_label(TapeStart start) {
    const LabelFormat* const format = find_label_format(start);
    return format ? format->recognise(start) : std::nullopt;
}

std::optional<std::string> first_block_text(TapeStart start) {
    if (start.empty() || start.front().kind != TapeRecord::Kind::block)
        return std::nullopt;
    const Bytes& data = start.front().data;
    return ByteReader(data).text(data.size());
}

std::optional<std::string> first_block_text(TapeStart start, std::size_t length) {
    if (start.empty() || start.front().length != length || start.front().data.size() != length)
        return std::nullopt;
    return first_block_text(start);
}

std::string label_name(std::string_view field) {
    constexpr std::string_view padding(" \0", 2);
    const std::string_view trimmed = trim_padding(field);
    return printable(trimmed.substr(std::min(trimmed.find_first_not_of(padding), trimmed.size())));
}

} // namespace changer
