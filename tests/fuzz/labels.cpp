// SPDX-License-Identifier: Apache-2.0
#include "drive/label/label.hpp"
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace changer;

namespace {

/// Cuts the input into records as its first bytes say: kind, how much of the rest is the block.
std::vector<TapeRecord> records_from(std::span<const std::byte> bytes) {
    std::vector<TapeRecord> records;
    while (bytes.size() > 3 && records.size() < 4) {
        const auto kind = std::to_integer<unsigned>(bytes[0]) % 4;
        const std::size_t wanted =
            std::to_integer<std::size_t>(bytes[1]) << 8 | std::to_integer<std::size_t>(bytes[2]);
        bytes = bytes.subspan(3);
        const auto data = bytes.first(std::min(wanted, bytes.size()));
        bytes = bytes.subspan(data.size());
        TapeRecord record{.length = wanted};
        if (kind == 2)
            record.kind = TapeRecord::Kind::filemark;
        else if (kind == 3)
            record.kind = TapeRecord::Kind::end_of_data;
        else
            record.data.assign(data.begin(), data.end());
        records.push_back(std::move(record));
    }
    return records;
}

bool shown(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

/// Less of the same block may say less, and never name another tape. The type may be another one: a
/// block may begin like one kind and go on like another.
void check_cut(const TapeRecord& whole, const Label& label) {
    const std::size_t length = whole.data.size();
    for (const std::size_t cut : {length / 2, length - length / 8, length - 1}) {
        TapeRecord record = whole;
        record.data.resize(cut);
        const auto less = recognise_label({&record, 1});
        fuzz::require(!less || less->id.empty() ||
                      (less->type == label.type && less->id == label.id));
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    const TapeRecord one{.data = Bytes(bytes.begin(), bytes.end()), .length = size};
    for (const auto& records : {std::vector{one}, records_from(bytes)}) {
        const auto label = recognise_label(records);
        fuzz::require(label.has_value() == (find_label_format(records) != nullptr));
        if (!label)
            continue;
        fuzz::require(!label->type.empty() && shown(label->id) && shown(label->info));
        fuzz::require(label->id.size() <= 4096 && label->info.size() <= 4096);
    }
    if (const auto label = recognise_label({&one, 1}))
        check_cut(one, *label);
    return 0;
}
