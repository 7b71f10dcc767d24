// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include "store/crc32c.hpp"
#include "store/text_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::store {
namespace {

constexpr std::string_view schema_prefix = "changer.journal/";
constexpr std::uint64_t largest_seq = std::uint64_t{1} << 53; // what every JSON reader keeps exact

/// Returns the object of a line (without its newline) whose checksum is right.
std::optional<std::string_view> checked_object(std::string_view line) {
    if (line.size() <= crc_digits || line[crc_digits] != ' ')
        return std::nullopt;
    const auto object = line.substr(crc_digits + 1);
    if (line.substr(0, crc_digits) != crc_text(crc32c(object)))
        return std::nullopt;
    return object;
}

/// Reads `"schema":"changer.journal/N",` to N; 0 if something else stands there.
std::uint64_t take_schema(TextCursor& in) {
    in.expect("\"schema\":\"");
    in.expect(schema_prefix);
    const std::uint64_t version = in.number();
    in.expect("\",");
    return in.faulted() ? 0 : version;
}

Change take_change(TextCursor& in) {
    Change change;
    in.expect("{\"key\":");
    change.key = in.string();
    if (!is_key(change.key))
        in.fault();
    in.expect(",\"value\":");
    if (!in.take("null"))
        change.value = in.object();
    if (change.value && !is_document(*change.value))
        in.fault();
    in.expect("}");
    return change;
}

/// Reads what follows the head of a record.
std::vector<Change> take_changes(TextCursor& in) {
    std::vector<Change> changes;
    in.expect("\"changes\":[");
    if (in.take("]"))
        return changes;
    do
        changes.push_back(take_change(in));
    while (in.take(","));
    in.expect("]");
    return changes;
}

struct ParsedRecord {
    Record record;
    std::uint64_t version = 0; ///< of the file's first record only
    bool newer = false;
};

/// Reads one object; none if it is not record `seq`. The first of a file says its schema.
std::optional<ParsedRecord>
parse_record(std::string_view object, std::uint64_t seq, bool first_of_file, std::uint64_t newest) {
    TextCursor in(object);
    ParsedRecord parsed;
    in.expect("{\"seq\":");
    parsed.record.seq = in.number();
    in.expect(",");
    if (first_of_file) {
        parsed.version = take_schema(in);
        parsed.newer = parsed.version > newest;
        if (parsed.newer)
            return parsed;
        if (parsed.version == 0)
            return std::nullopt;
    }
    parsed.record.changes = take_changes(in);
    in.expect("}");
    if (!in.finished() || parsed.record.seq != seq)
        return std::nullopt;
    return parsed;
}

/// Tells whether a whole record stands anywhere in `bytes`, also behind a damaged newline.
bool holds_a_record(std::string_view bytes) {
    constexpr std::string_view begin = " {\"seq\":";
    for (auto at = bytes.find(begin); at != std::string_view::npos;
         at = bytes.find(begin, at + 1)) {
        const auto end = bytes.find('\n', at);
        if (end == std::string_view::npos)
            return false;
        if (at >= crc_digits &&
            checked_object(bytes.substr(at - crc_digits, end - at + crc_digits)))
            return true;
    }
    return false;
}

/// Returns what a record of these changes takes at least: a large one is not to be copied while it
/// is written.
std::size_t room_for(std::span<const Change> changes) {
    constexpr std::size_t frame = sizeof(R"({"key":"","value":null},)");
    std::size_t room = 128;
    for (const Change& change : changes)
        room += frame + change.key.size() + (change.value ? change.value->size() : 0);
    return room;
}

} // namespace

Result<std::string> encode_record(std::uint64_t seq,
                                  std::span<const Change> changes,
                                  bool first_of_file,
                                  std::uint64_t version) {
    std::string line(crc_digits + 1, ' ');
    line.reserve(room_for(changes));
    line += fmt::format("{{\"seq\":{},", seq);
    if (first_of_file)
        line += fmt::format("\"schema\":\"{}{}\",", schema_prefix, version);
    line += "\"changes\":[";
    std::string_view separator = "";
    for (const Change& change : changes) {
        const auto key = json_string(change.key);
        if (!key || !is_key(change.key))
            return Error{Code::invalid_parameter, "a document's key is empty, long or not UTF-8"};
        if (change.value && !is_document(*change.value))
            return Error{Code::invalid_parameter,
                         fmt::format("document {} is not one JSON object in one line", *key)};
        line += separator;
        line += "{\"key\":";
        line += *key;
        line += ",\"value\":";
        line += change.value ? *change.value : "null";
        line += '}';
        separator = ",";
    }
    line += "]}";
    const auto crc = crc_text(crc32c(std::string_view(line).substr(crc_digits + 1)));
    line.replace(0, crc_digits, crc);
    line += '\n';
    return line;
}

JournalReading read_journal(std::string_view bytes, std::uint64_t first_seq, std::uint64_t newest) {
    JournalReading reading;
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const std::uint64_t seq = first_seq + reading.records.size();
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        const auto object = end == std::string_view::npos ? std::nullopt : checked_object(line);
        const bool first = reading.records.empty();
        auto parsed = object ? parse_record(*object, seq, first, newest) : std::nullopt;
        if (!parsed) {
            // A line whose checksum is right was written whole: what is wrong in it is no torn end.
            reading.end = object || holds_a_record(rest) ? JournalEnd::corrupt : JournalEnd::torn;
            reading.why = fmt::format("byte {} does not begin record {}", reading.good_bytes, seq);
            return reading;
        }
        if (parsed->newer) {
            reading.end = JournalEnd::newer;
            reading.why = "it was written by a newer changerd";
            return reading;
        }
        if (first)
            reading.version = parsed->version;
        reading.records.push_back(std::move(parsed->record));
        reading.good_bytes += line.size() + 1;
        rest.remove_prefix(line.size() + 1);
    }
    return reading;
}

std::string journal_name(std::uint64_t first_seq) {
    return fmt::format("journal-{}.jsonl", first_seq);
}

std::optional<std::uint64_t> journal_first_seq(std::string_view name) {
    TextCursor in(name);
    in.expect("journal-");
    const std::uint64_t seq = in.number();
    in.expect(".jsonl");
    if (!in.finished() || seq == 0 || seq > largest_seq || journal_name(seq) != name)
        return std::nullopt;
    return seq;
}

} // namespace changer::store
