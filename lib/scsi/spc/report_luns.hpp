// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace changer::scsi {

/// Asks a target which logical units it has.
struct ReportLuns {
    std::uint8_t select_report = 0;
    std::uint32_t allocation_length = 4096;

    bool operator==(const ReportLuns&) const = default;
};

/// Encodes REPORT LUNS (A0h).  Source:  SPC-4, REPORT LUNS command
constexpr Cdb encode(const ReportLuns& command) {
    return Cdb(opcode::report_luns, 12)
        .put(2, command.select_report, 1)
        .put(6, command.allocation_length, 4);
}

/// Errors:  invalid_parameter — not this command
Result<ReportLuns> decode_report_luns(const Cdb& cdb);

/// Decodes the LUN list: every whole entry that is a single-level LUN; deeper ones are left out.
///
/// Source:  SPC-4, REPORT LUNS parameter data; SAM-5, peripheral device and flat space addressing
/// Errors:  malformed_response — a truncated header
Result<std::vector<std::uint16_t>> decode_lun_list(std::span<const std::byte> received);

/// Encodes a LUN list; numbers below 256 in peripheral, others (14 bits) in flat space addressing.
Bytes encode_lun_list(std::span<const std::uint16_t> luns);

} // namespace changer::scsi
