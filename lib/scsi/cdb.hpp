// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

namespace changer::scsi {

/// A command descriptor block of 6, 10, 12 or 16 bytes; bytes not put are zero.
class Cdb {
  public:
    static constexpr std::size_t max_length = 16;

    constexpr Cdb() = default;

    constexpr Cdb(std::uint8_t opcode, std::size_t length)
        : length_(length) {
        put(0, opcode, 1);
    }

    /// Takes over bytes received from an initiator or a trace; at most 16 are kept.
    static Cdb from_bytes(std::span<const std::byte> bytes) {
        Cdb cdb;
        cdb.length_ = std::min(bytes.size(), max_length);
        std::copy_n(bytes.begin(), cdb.length_, cdb.bytes_.begin());
        return cdb;
    }

    /// Puts the low `width` bytes of `value` at byte `at`, big-endian.
    constexpr Cdb& put(std::size_t at, std::uint32_t value, std::size_t width) {
        for (std::size_t i = 0; i < width; ++i)
            bytes_.at(at + i) = static_cast<std::byte>(value >> 8 * (width - 1 - i) & 0xFF);
        return *this;
    }

    /// Reads `width` (1 to 4) bytes at byte `at`, big-endian; bytes past the end are zero.
    constexpr std::uint32_t be(std::size_t at, std::size_t width) const {
        std::uint32_t value = 0;
        for (std::size_t i = at; i < at + width; ++i)
            value = value << 8 | (i < length_ ? std::to_integer<std::uint32_t>(bytes_.at(i)) : 0);
        return value;
    }

    constexpr std::uint8_t opcode() const { return static_cast<std::uint8_t>(be(0, 1)); }

    constexpr std::span<const std::byte> view() const { return {bytes_.data(), length_}; }

    constexpr bool operator==(const Cdb&) const = default;

  private:
    std::array<std::byte, max_length> bytes_{};
    std::size_t length_ = 0;
};

} // namespace changer::scsi
