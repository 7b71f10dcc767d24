// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>

/// What every decoder must survive. Each input is a heap copy of exactly its size, so that
/// AddressSanitizer sees a read of one byte too many.
namespace changer::test {

/// Calls `check(copy)` with an exactly-sized copy of `bytes`.
template <class Check>
void with_exact_copy(std::span<const std::byte> bytes, Check check) {
    const Bytes copy(bytes.begin(), bytes.end()); // allocates no byte more
    check(std::span<const std::byte>(copy));
}

/// Calls `check(prefix)` with every proper prefix, the empty one first.
template <class Check>
void for_each_proper_prefix(std::span<const std::byte> whole, Check check) {
    for (std::size_t n = 0; n < whole.size(); ++n) {
        CAPTURE(n);
        with_exact_copy(whole.first(n), check);
    }
}

/// Calls `check(altered)` with the length field of `width` bytes at `at` set to hostile values:
/// nothing, a little, around the truth, around the end of the data, and as much as fits.
template <class Check>
void for_each_hostile_length(std::span<const std::byte> whole,
                             std::size_t at,
                             std::size_t width,
                             Check check) {
    const std::uint64_t most = (std::uint64_t{1} << 8 * width) - 1;
    std::uint64_t truth = 0;
    for (const std::byte b : whole.subspan(at, width))
        truth = truth << 8 | std::to_integer<std::uint64_t>(b);
    const std::uint64_t end = whole.size();
    for (const std::uint64_t value : {std::uint64_t{0},
                                      std::uint64_t{1},
                                      std::uint64_t{2},
                                      std::uint64_t{3},
                                      std::uint64_t{7},
                                      std::uint64_t{8},
                                      truth - 1,
                                      truth + 1,
                                      truth + 8,
                                      end - 1,
                                      end,
                                      end + 1,
                                      most / 2,
                                      most - 1,
                                      most}) {
        CAPTURE(value);
        ByteWriter altered;
        altered.bytes(whole).patch(at, value & most, width);
        with_exact_copy(std::move(altered).take(), check);
    }
}

/// Calls `check(altered)` with every single byte of `whole` replaced, in turn, by telling values.
template <class Check>
void for_each_altered_byte(std::span<const std::byte> whole, Check check) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const unsigned value : {0x00u, 0x01u, 0x7Fu, 0x80u, 0xFFu}) {
            CAPTURE(at);
            CAPTURE(value);
            ByteWriter altered;
            altered.bytes(whole).patch(at, value, 1);
            with_exact_copy(std::move(altered).take(), check);
        }
    }
}

} // namespace changer::test
