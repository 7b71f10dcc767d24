// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// Asks for sense data; the answer decodes with decode_sense().
struct RequestSense {
    bool descriptor_format = false;
    std::uint8_t allocation_length = 252;

    bool operator==(const RequestSense&) const = default;
};

/// Encodes REQUEST SENSE (03h).  Source:  SPC-4, REQUEST SENSE command
constexpr Cdb encode(const RequestSense& command) {
    return Cdb(opcode::request_sense, 6)
        .put(1, command.descriptor_format ? 0x01 : 0, 1)
        .put(4, command.allocation_length, 1);
}

/// Errors:  invalid_parameter — not this command
Result<RequestSense> decode_request_sense(const Cdb& cdb);

} // namespace changer::scsi
