// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer {

using Bytes = std::vector<std::byte>;

/// Reads big-endian fields from hostile bytes. A short read faults and yields zero; finish() gives
/// the verdict, so a decoder reads top to bottom and judges once.
class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> bytes)
        : rest_(bytes) {}

    /// Takes the next `n` bytes; an empty span, and a fault, if fewer are left.
    std::span<const std::byte> bytes(std::size_t n) {
        faulted_ = faulted_ || n > rest_.size();
        if (faulted_)
            return {};
        return std::exchange(rest_, rest_.subspan(n)).first(n);
    }

    /// Takes `width` (1 to 4) bytes as one unsigned number.
    std::uint32_t be(std::size_t width) {
        std::uint32_t value = 0;
        for (const std::byte b : bytes(width))
            value = value << 8 | std::to_integer<std::uint32_t>(b);
        return value;
    }

    /// Takes 8 bytes as one unsigned number.
    std::uint64_t be64() {
        const std::uint64_t high = be(4);
        return high << 32 | be(4);
    }

    /// Takes `n` bytes as text, as they are.
    std::string text(std::size_t n) {
        const auto taken = bytes(n);
        std::string value(taken.size(), '\0');
        std::transform(taken.begin(), taken.end(), value.begin(), [](std::byte b) {
            return static_cast<char>(b);
        });
        return value;
    }

    std::size_t remaining() const { return rest_.size(); }

    bool faulted() const { return faulted_; }

    /// Returns `value` unless a read went past the end.
    template <class T>
    Result<T> finish(T value, std::string_view what) const {
        if (faulted_)
            return Error{Code::malformed_response, std::string(what) + " is truncated"};
        return value;
    }

  private:
    std::span<const std::byte> rest_;
    bool faulted_ = false;
};

/// Appends big-endian fields to a growing buffer.
class ByteWriter {
  public:
    /// Appends the low `width` (1 to 8) bytes of `value`.
    ByteWriter& be(std::uint64_t value, std::size_t width) {
        for (std::size_t i = width; i-- > 0;)
            bytes_.push_back(static_cast<std::byte>(value >> 8 * i & 0xFF));
        return *this;
    }

    ByteWriter& bytes(std::span<const std::byte> more) {
        bytes_.insert(bytes_.end(), more.begin(), more.end());
        return *this;
    }

    /// Appends `text`, cut or padded with `pad` to exactly `width` bytes.
    ByteWriter& text(std::string_view text, std::size_t width, char pad = ' ') {
        for (std::size_t i = 0; i < width; ++i)
            bytes_.push_back(static_cast<std::byte>(i < text.size() ? text[i] : pad));
        return *this;
    }

    ByteWriter& zeros(std::size_t n) {
        bytes_.insert(bytes_.end(), n, std::byte{0});
        return *this;
    }

    /// Overwrites `width` bytes at `at`, which must have been written before.
    ByteWriter& patch(std::size_t at, std::uint64_t value, std::size_t width) {
        assert(at + width <= bytes_.size());
        for (std::size_t i = 0; i < width; ++i)
            bytes_[at + i] = static_cast<std::byte>(value >> 8 * (width - 1 - i) & 0xFF);
        return *this;
    }

    std::size_t size() const { return bytes_.size(); }

    Bytes take() && { return std::move(bytes_); }

  private:
    Bytes bytes_;
};

} // namespace changer
