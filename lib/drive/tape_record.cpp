// SPDX-License-Identifier: Apache-2.0
#include "drive/tape_record.hpp"

#include <algorithm>
#include <utility>

namespace changer {

TapeRecord tape_record(Answered answered, std::size_t requested) {
    if (answered.sense && answered.sense->filemark)
        return {.kind = TapeRecord::Kind::filemark};
    TapeRecord record{.data = std::move(answered.data)};
    record.length = record.data.size();
    if (!answered.sense || !answered.sense->incorrect_length || !answered.sense->information)
        return record;
    // Signed 32 bits in the fixed format, 64 in the other.
    const std::uint64_t raw = *answered.sense->information;
    const auto missing =
        raw <= 0xFFFF'FFFF
            ? static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(raw)))
            : static_cast<std::int64_t>(raw);
    constexpr std::int64_t most = 0xFF'FFFF; // of any block: 24 bits
    if (missing > static_cast<std::int64_t>(requested) || missing < -most)
        return record; // no such length: what arrived is what there is
    record.length = static_cast<std::size_t>(static_cast<std::int64_t>(requested) - missing);
    record.data.resize(std::min(record.data.size(), record.length));
    return record;
}

bool is_end_of_data(const Error& error) {
    return error.sense && error.sense->key == scsi::sense_key::blank_check;
}

} // namespace changer
