// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

/// Every target defines this; libFuzzer calls it with one input after the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace changer::fuzz {

/// Makes a broken property a finding.
inline void require(bool holds) {
    if (!holds)
        std::abort();
}

/// Returns the input as the decoders take it.
inline std::span<const std::byte> input(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span(data, size));
}

} // namespace changer::fuzz
