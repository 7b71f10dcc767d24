// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include "store/crc32c.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::store;

namespace {

std::string record(std::uint64_t seq, const std::vector<Change>& changes, bool first = false) {
    const auto line = encode_record(seq, changes, first);
    REQUIRE(line);
    return *line;
}

/// Three records that begin with number 7.
std::vector<std::string> three_records() {
    return {
        record(7, {{"door", R"({"state":"open"})"}}, true),
        record(8, {{"element/1", R"({"barcode":"A\"]}{ä"})"}, {"job/x-1", std::nullopt}}),
        record(9, {{"a \"quoted\" key\n", R"({})"}}),
    };
}

std::string three_records_text() {
    std::string text;
    for (const std::string& line : three_records())
        text += line;
    return text;
}

std::string with_crc(const std::string& object) {
    return crc_text(crc32c(object)) + " " + object + "\n";
}

} // namespace

TEST_SUITE_BEGIN("store/journal");

TEST_CASE("a record is a checksum, a blank, one object and a newline") {
    const std::string object =
        R"({"seq":7,"schema":"changer.journal/1","changes":[{"key":"door","value":{"state":"open"}},)"
        R"({"key":"x","value":null}]})";
    CHECK(record(7, {{"door", R"({"state":"open"})"}, {"x", std::nullopt}}, true) ==
          with_crc(object));
    CHECK(record(8, {{"x", std::nullopt}}) ==
          with_crc(R"({"seq":8,"changes":[{"key":"x","value":null}]})"));
}

TEST_CASE("what was written is read back") {
    const auto reading = read_journal(three_records_text(), 7);
    CHECK(reading.end == JournalEnd::whole);
    REQUIRE(reading.records.size() == 3);
    CHECK(reading.good_bytes == three_records_text().size());
    CHECK(reading.records[0].seq == 7);
    CHECK(
        reading.records[1].changes ==
        std::vector<Change>{{"element/1", R"({"barcode":"A\"]}{ä"})"}, {"job/x-1", std::nullopt}});
    CHECK(reading.records[2].changes[0].key == "a \"quoted\" key\n");
}

TEST_CASE("every prefix yields exactly its whole records, and the rest is a torn end") {
    const auto lines = three_records();
    const std::string text = three_records_text();
    for (std::size_t n = 0; n <= text.size(); ++n) {
        CAPTURE(n);
        std::size_t whole = 0;
        std::size_t bytes = 0;
        while (whole < lines.size() && bytes + lines[whole].size() <= n)
            bytes += lines[whole++].size();
        const auto reading = read_journal(std::string_view(text).substr(0, n), 7);
        CHECK(reading.records.size() == whole);
        CHECK(reading.good_bytes == bytes);
        CHECK(reading.end == (bytes == n ? JournalEnd::whole : JournalEnd::torn));
    }
}

TEST_CASE("after any flipped bit no record from there on is accepted") {
    const auto lines = three_records();
    const std::string text = three_records_text();
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        CAPTURE(bit);
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        std::size_t before = 0;
        for (std::size_t bytes = lines[0].size(); bytes <= bit / 8; bytes += lines[before].size())
            ++before;
        const auto reading = read_journal(flipped, 7);
        REQUIRE(reading.records.size() == before);
        CHECK(reading.end == (before == 2 ? JournalEnd::torn : JournalEnd::corrupt));
    }
}

TEST_CASE("a bad record before a good one is damage, not a torn end") {
    const auto lines = three_records();
    auto reading = read_journal(lines[0] + "garbage\n" + lines[2], 7);
    CHECK(reading.end == JournalEnd::corrupt);
    CHECK(reading.records.size() == 1);
    reading = read_journal(lines[0] + "garbage\nmore garbage\n\n\n", 7);
    CHECK(reading.end == JournalEnd::torn);
}

TEST_CASE("a gap, a repetition and a wrong first number are damage") {
    const auto lines = three_records();
    CHECK(read_journal(lines[0] + lines[2], 7).end == JournalEnd::corrupt);
    CHECK(read_journal(lines[0] + lines[1] + lines[1], 7).end == JournalEnd::corrupt);
    CHECK(read_journal(three_records_text(), 6).end == JournalEnd::corrupt);
    CHECK(read_journal(lines[1], 8).end == JournalEnd::corrupt); // no schema in the first record
}

TEST_CASE("a newer schema is told from damage, and nothing of it is read") {
    const auto reading =
        read_journal(with_crc(R"({"seq":1,"schema":"changer.journal/2","something":"else"})"), 1);
    CHECK(reading.end == JournalEnd::newer);
    CHECK(reading.records.empty());
    const auto older =
        read_journal(with_crc(R"({"seq":1,"schema":"changer.journal/0","changes":[]})"), 1);
    CHECK(older.end == JournalEnd::corrupt);
}

TEST_CASE("an object with a right checksum but another shape is damage") {
    for (const char* object : {
             "{}",
             R"({"seq":1,"schema":"changer.journal/1","changes":[{"key":1,"value":{}}]})",
             R"({"seq":1,"schema":"changer.journal/1","changes":[{"key":"a","value":[]}]})",
             R"({"seq":1,"schema":"changer.journal/1","changes":[{"key":"a","value":{]}]})",
             R"({"seq":1,"schema":"changer.journal/1","changes":[{"key":"a","value":{"b":}}]})",
             R"({"seq":1,"schema":"changer.journal/1","changes":[{"key":"a","value":{}},]})",
             R"({"seq":1,"schema":"changer.journal/1","changes":[]} )",
             R"({"seq":-1,"schema":"changer.journal/1","changes":[]})",
             R"({"seq":99999999999999999999999,"schema":"changer.journal/1","changes":[]})",
             R"({"seq":1,"schema":"changer.journal/1","changes":[{"key":"a)",
         }) {
        CAPTURE(object);
        const auto reading = read_journal(with_crc(object), 1);
        CHECK(reading.end == JournalEnd::corrupt);
        CHECK(reading.records.empty());
    }
}

TEST_CASE("what could not be read back is not written") {
    const auto refused = [](const std::string& key, const std::optional<std::string>& value) {
        const std::vector<Change> changes{{key, value}};
        const auto line = encode_record(1, changes, true);
        return !line && line.error().code == Code::invalid_parameter;
    };
    CHECK(refused("", "{}"));
    CHECK(refused("\xff", "{}"));
    CHECK(refused(std::string(2000, 'k'), "{}"));
    CHECK(refused("k", ""));
    CHECK(refused("k", "null"));
    CHECK(refused("k", "[]"));
    CHECK(refused("k", "{\n}"));
    CHECK(refused("k", "{} "));
    CHECK(refused("k", "{}{}"));
    CHECK(refused("k", "{\"a\":\"\xff\"}"));
    CHECK_FALSE(refused("k", "{}"));
    CHECK_FALSE(refused("k", std::nullopt));
}

TEST_CASE("a journal's name holds the number of its first record") {
    CHECK(journal_name(12) == "journal-12.jsonl");
    CHECK(journal_first_seq("journal-12.jsonl") == 12);
    for (const char* name : {"journal-.jsonl",
                             "journal-0.jsonl",
                             "journal-012.jsonl",
                             "journal-12.jsonl.corrupt-20260101T000000Z",
                             "journal-18446744073709551615.jsonl",
                             "journal-99999999999999999999.jsonl",
                             "state.json"}) {
        CAPTURE(name);
        CHECK_FALSE(journal_first_seq(name));
    }
}

TEST_SUITE_END();
