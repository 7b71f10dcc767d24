// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace changer {

/// The three numbers by which a SCSI device says what is wrong.
///
/// Source:  SPC-4 4.5 (sense data); the codec is lib/scsi/spc/sense.hpp
struct Sense {
    std::uint8_t key = 0; ///< 4 bits
    std::uint8_t asc = 0;
    std::uint8_t ascq = 0;

    bool operator==(const Sense&) const = default;
};

/// Writes a sense code as operators know it from manuals: "5/3B/0E".
std::string to_string(const Sense& sense);

} // namespace changer
