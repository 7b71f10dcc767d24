// SPDX-License-Identifier: Apache-2.0
#include "scsi/ssc/read_position.hpp"

#include "scsi/ssc/read_block_limits.hpp"

namespace changer::scsi {
namespace {

constexpr std::uint32_t beginning = 0x80;
constexpr std::uint32_t end = 0x40;
constexpr std::uint32_t short_location_unknown = 0x04; // LOLU
constexpr std::uint32_t long_mark_unknown = 0x08;      // MPU
constexpr std::uint32_t long_location_unknown = 0x04;  // LONU

std::uint64_t wide(ByteReader& in) {
    const std::uint64_t high = in.be(4);
    return high << 32 | in.be(4);
}

TapePosition short_position(ByteReader& in) {
    const auto flags = in.be(1);
    TapePosition position{.at_beginning = (flags & beginning) != 0,
                          .near_end = (flags & end) != 0,
                          .partition = in.be(1)};
    in.be(2); // reserved
    const auto block = in.be(4);
    in.bytes(12); // last block, buffered blocks and bytes
    if ((flags & short_location_unknown) == 0)
        position.block = block;
    return position;
}

TapePosition long_position(ByteReader& in) {
    const auto flags = in.be(1);
    in.be(3); // reserved
    TapePosition position{.at_beginning = (flags & beginning) != 0,
                          .near_end = (flags & end) != 0,
                          .partition = in.be(4)};
    const auto block = wide(in);
    const auto filemark = wide(in);
    in.bytes(8); // logical set
    if ((flags & long_location_unknown) == 0)
        position.block = block;
    if ((flags & long_mark_unknown) == 0)
        position.filemark = filemark;
    return position;
}

std::uint32_t common_flags(const TapePosition& position) {
    return (position.at_beginning ? beginning : 0) | (position.near_end ? end : 0);
}

} // namespace

Result<TapePosition> decode_tape_position(std::span<const std::byte> received,
                                          ReadPosition::Form form) {
    ByteReader in(received);
    auto position = form == ReadPosition::Form::long_form ? long_position(in) : short_position(in);
    return in.finish(position, "tape position");
}

Bytes encode_tape_position(const TapePosition& position, ReadPosition::Form form) {
    ByteWriter out;
    if (form == ReadPosition::Form::long_form) {
        out.be(common_flags(position) | (position.block ? 0 : long_location_unknown) |
                   (position.filemark ? 0 : long_mark_unknown),
               1)
            .zeros(3)
            .be(position.partition, 4)
            .be(position.block.value_or(0), 8)
            .be(position.filemark.value_or(0), 8)
            .zeros(8);
        return std::move(out).take();
    }
    constexpr std::uint64_t most = 0xFFFF'FFFF;
    const bool known = position.block && *position.block <= most;
    const auto block = known ? *position.block : 0;
    out.be(common_flags(position) | (known ? 0 : short_location_unknown), 1)
        .be(position.partition, 1)
        .zeros(2)
        .be(block, 4)
        .be(block, 4)
        .zeros(8);
    return std::move(out).take();
}

Result<BlockLimits> decode_block_limits(std::span<const std::byte> received) {
    ByteReader in(received);
    BlockLimits limits;
    limits.granularity = static_cast<std::uint8_t>(in.be(1) & 0x1F);
    limits.maximum = in.be(3);
    limits.minimum = static_cast<std::uint16_t>(in.be(2));
    return in.finish(limits, "block limits data");
}

Bytes encode_block_limits(const BlockLimits& limits) {
    ByteWriter out;
    out.be(limits.granularity & 0x1Fu, 1).be(limits.maximum, 3).be(limits.minimum, 2);
    return std::move(out).take();
}

} // namespace changer::scsi
