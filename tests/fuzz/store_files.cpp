// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "store/crc32c.hpp"
#include "store/journal.hpp"
#include "store/snapshot.hpp"
#include "store/state_copy.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using namespace changer;
using namespace changer::store;

namespace {

/// Puts the right checksum before each line that begins with '#': no fuzzer guesses one.
std::string with_checksums(std::string_view text) {
    std::string all;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        const bool ends = line.size() < text.size();
        if (!line.empty() && line[0] == '#')
            all += crc_text(crc32c(line.substr(1))) + " " + std::string(line.substr(1));
        else
            all += line;
        if (ends)
            all += '\n';
        text.remove_prefix(line.size() + (ends ? 1 : 0));
    }
    return all;
}

void try_journal(std::string_view text) {
    const auto reading = read_journal(text, 1);
    fuzz::require(reading.good_bytes <= text.size());
    fuzz::require((reading.end == JournalEnd::whole) == (reading.good_bytes == text.size()));
    std::string again;
    std::uint64_t seq = 1;
    for (const Record& record : reading.records) {
        fuzz::require(record.seq == seq);
        const auto line = encode_record(seq, record.changes, seq == 1);
        fuzz::require(static_cast<bool>(line));
        again += *line;
        ++seq;
    }
    const auto second = read_journal(again, 1);
    fuzz::require(second.end == JournalEnd::whole);
    fuzz::require(second.records.size() == reading.records.size());
    for (std::size_t i = 0; i < second.records.size(); ++i)
        fuzz::require(second.records[i].changes == reading.records[i].changes);
}

void try_snapshot(std::string_view text) {
    const std::string body(text);
    const auto reading = read_snapshot(body + "},\"crc32c\":\"" + crc_text(crc32c(body)) + "\"}\n");
    if (reading.state == SnapshotReading::State::good)
        fuzz::require(reading.documents.size() == reading.documents.copy().size());
}

/// A copy is hostile even where its checksum is right: anybody may have written it.
void try_copy(std::string_view text) {
    const std::string body(text);
    const auto copy = read_state_copy(body + "},\"crc32c\":\"" + crc_text(crc32c(body)) + "\"}\n");
    if (!copy)
        return;
    for (const LibraryCopy& library : copy->libraries)
        for (const auto& [key, value] : library.documents) {
            const std::vector<Change> changes{{key, value}};
            fuzz::require(static_cast<bool>(encode_record(1, changes, true)));
        }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    try_journal(with_checksums(text));
    try_snapshot(text);
    try_copy(text);
    return 0;
}
