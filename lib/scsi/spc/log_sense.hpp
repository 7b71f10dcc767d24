// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace changer::scsi {

/// Asks for one log page.
struct LogSense {
    std::uint8_t page_control = 1; ///< 1: cumulative values
    std::uint8_t page = 0;
    std::uint8_t subpage = 0;
    std::uint16_t parameter_pointer = 0;
    std::uint16_t allocation_length = 512;

    bool operator==(const LogSense&) const = default;
};

/// Encodes LOG SENSE (4Dh).  Source:  SPC-4, LOG SENSE command
constexpr Cdb encode(const LogSense& command) {
    return Cdb(opcode::log_sense, 10)
        .put(2, std::uint32_t{command.page_control} << 6 | (command.page & 0x3Fu), 1)
        .put(3, command.subpage, 1)
        .put(5, command.parameter_pointer, 2)
        .put(7, command.allocation_length, 2);
}

/// Errors:  invalid_parameter — not this command
Result<LogSense> decode_log_sense(const Cdb& cdb);

struct LogParameter {
    std::uint16_t code = 0;
    std::uint8_t control = 0;
    Bytes value;

    bool operator==(const LogParameter&) const = default;
};

/// A log page of parameters (any but page 00h).
struct LogPage {
    std::uint8_t page = 0;
    std::uint8_t subpage = 0;
    std::vector<LogParameter> parameters = {};
    bool cut = false; ///< the page goes on behind the data received

    bool operator==(const LogPage&) const = default;
};

/// Decodes page 00h, the list of log pages a device has.
///
/// Source:  SPC-4, Supported Log Pages log page
/// Errors:  malformed_response — another page, or a truncated header
Result<std::vector<std::uint8_t>> decode_supported_log_pages(std::span<const std::byte> received);

/// Decodes a log page: every whole parameter.
///
/// Source:  SPC-4, log page structure
/// Errors:  malformed_response — a truncated header
Result<LogPage> decode_log_page(std::span<const std::byte> received);

Bytes encode_supported_log_pages(std::span<const std::uint8_t> pages);
Bytes encode_log_page(const LogPage& page);

} // namespace changer::scsi
