// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"
#include "transport/transport.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace changer {

/// One command and what became of it: one line of a trace.
struct TraceEntry {
    scsi::Cdb cdb;
    std::size_t data_in_length = 0; ///< how much room there was
    Bytes data_out = {};
    std::chrono::milliseconds timeout{0};

    struct Answer {
        scsi::Status status = scsi::Status::good;
        Bytes data = {}; ///< what arrived, not what there was room for
        Bytes sense = {};
        bool new_nexus = false;

        bool operator==(const Answer&) const = default;
    };

    std::variant<Answer, Error> outcome = Answer{};
    std::chrono::microseconds duration{0};

    bool operator==(const TraceEntry&) const = default;
};

/// Writes the line that a trace begins with; it is repeated when a trace is appended to.
std::string encode_trace_header(std::string_view device);

/// Writes one entry as one line of JSON, newline included; all bytes in hexadecimal.
///
/// Shape:   {"cdb","data_in_length","data_out","timeout_ms","status","data","sense","new_nexus",
///          "microseconds"}; after a failure of the transport "error":{"code","what"} in place of
///          status, data, sense and new_nexus
std::string encode_trace_entry(const TraceEntry& entry);

/// Reads a trace: JSON Lines, empty lines skipped.
///
/// Errors: malformed_document — names the line: not JSON, a field missing or out of range, more
///         data than there was room for, no header, or the schema of a newer version
Result<std::vector<TraceEntry>> decode_trace(std::string_view text);

} // namespace changer
