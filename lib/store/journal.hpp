// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/change.hpp"
#include "store/schema.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::store {

/// Writes one record, newline included.
///
/// Shape:   CRC32C of the object as eight hexadecimal digits, a blank, the object, a newline:
///          `1a2b3c4d
///          {"seq":12,"changes":[{"key":"door","value":{...}},{"key":"x","value":null}]}`; the
///          first record of a file also has `"schema":"changer.journal/1"` behind `seq`
/// Errors:  invalid_parameter — a key that is empty or not UTF-8, a value that is not one JSON
///          object in one line
Result<std::string> encode_record(std::uint64_t seq,
                                  std::span<const Change> changes,
                                  bool first_of_file,
                                  std::uint64_t version = schema_version);

/// One transaction as read back.
struct Record {
    std::uint64_t seq = 0;
    std::vector<Change> changes;
};

/// How a journal's bytes end.
enum class JournalEnd {
    whole,   ///< with the last record
    torn,    ///< with bytes that are no record, and no record after them: a write that never ended
    corrupt, ///< somewhere before a later record: bytes changed after they were written
    newer,   ///< it is of a schema this program does not know; nothing of it was read
};

/// What a journal's bytes hold.
struct JournalReading {
    std::vector<Record> records; ///< all before the first bad byte, contiguous from the first
    std::size_t good_bytes = 0;  ///< the length of these records
    std::uint64_t version = 0;   ///< of their schema; 0 without a record
    JournalEnd end = JournalEnd::whole;
    std::string why = {}; ///< for people, unless `whole`: what was found where
};

/// Reads a journal whose first record should have number `first_seq`, of any schema up to `newest`.
/// Any bytes are legal input.
JournalReading read_journal(std::string_view bytes,
                            std::uint64_t first_seq,
                            std::uint64_t newest = schema_version);

/// Names the journal that begins with record `first_seq`: "journal-<seq>.jsonl".
std::string journal_name(std::uint64_t first_seq);

/// Returns the number in a journal's name; none if it is not such a name.
std::optional<std::uint64_t> journal_first_seq(std::string_view name);

} // namespace changer::store
