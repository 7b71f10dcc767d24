// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/text.hpp"

#include <stdexcept>
#include <string_view>

namespace changer::test {

/// Reads a byte sequence written in a test; blanks between bytes are for the reader.
inline Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    if (!bytes)
        throw std::invalid_argument("not hexadecimal: " + std::string(text));
    return *std::move(bytes);
}

} // namespace changer::test
