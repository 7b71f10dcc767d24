// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"
#include "support/result.hpp"
#include "support/sense.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace changer::scsi {

/// Sense keys by name.  Source:  SPC-4, sense key and additional sense code definitions
namespace sense_key {
inline constexpr std::uint8_t no_sense = 0x0;
inline constexpr std::uint8_t recovered_error = 0x1;
inline constexpr std::uint8_t not_ready = 0x2;
inline constexpr std::uint8_t medium_error = 0x3;
inline constexpr std::uint8_t hardware_error = 0x4;
inline constexpr std::uint8_t illegal_request = 0x5;
inline constexpr std::uint8_t unit_attention = 0x6;
inline constexpr std::uint8_t data_protect = 0x7;
inline constexpr std::uint8_t blank_check = 0x8;
inline constexpr std::uint8_t aborted_command = 0xB;
} // namespace sense_key

/// Which field of a refused command the device objects to.
struct FieldPointer {
    bool in_cdb = true; ///< else in the parameter list
    std::uint16_t byte = 0;
    std::optional<std::uint8_t> bit = std::nullopt;

    bool operator==(const FieldPointer&) const = default;
};

/// Sense data, whichever of the two formats it came in.
struct SenseData {
    Sense sense;
    bool deferred = false; ///< of an earlier command: 71h, 73h
    bool filemark = false;
    bool end_of_medium = false;
    bool incorrect_length = false;
    std::optional<std::uint64_t> information = std::nullopt; ///< fixed format: 32 bits of it
    std::optional<FieldPointer> field = std::nullopt;        ///< with illegal request only
    std::optional<std::uint16_t> progress = std::nullopt;    ///< of 65536; not ready, no sense only
    std::string text =
        {}; ///< printable text behind fixed sense; Spectra T-series explains itself there

    bool operator==(const SenseData&) const = default;
};

/// Decodes sense data of both formats (70h to 73h), autosense or REQUEST SENSE.
///
/// Source:  SPC-4, descriptor format and fixed format sense data
/// Errors:  malformed_response — empty, no sense key, or a response code that is none of the four
/// Notes:   what was cut off counts as zero: sense of 16 bytes still has its key, ASC and ASCQ
Result<SenseData> decode_sense(std::span<const std::byte> received);

/// Encodes fixed format sense data (70h, 71h): 18 bytes, and `text` behind them if there is any.
Bytes encode_sense_fixed(const SenseData& data);

/// Encodes descriptor format sense data (72h, 73h); `text` has no place in it.
Bytes encode_sense_descriptor(const SenseData& data);

} // namespace changer::scsi
