// SPDX-License-Identifier: Apache-2.0
#include "store/snapshot.hpp"

#include "store/crc32c.hpp"
#include "store/memory_files.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::store;
using changer::test::MemoryFiles;

namespace {

Snapshot two_documents() {
    DocumentSet documents;
    documents.put("door", R"({"state":"open"})");
    documents.put("element/1", R"({"barcode":"A\"}{ä"})");
    return {12, Trust::stale, documents};
}

std::string written(const Snapshot& snapshot) {
    MemoryFiles files;
    REQUIRE(write_snapshot(files, "d", snapshot));
    return files.text("d/state.json");
}

std::string sealed(const std::string& body) {
    return body + "},\"crc32c\":\"" + crc_text(crc32c(body)) + "\"}\n";
}

} // namespace

TEST_SUITE_BEGIN("store/snapshot");

TEST_CASE("a snapshot is read back as it was written") {
    const auto reading = read_snapshot(written(two_documents()));
    REQUIRE(reading.state == SnapshotReading::State::good);
    CHECK(reading.seq == 12);
    CHECK(reading.trust == Trust::stale);
    const std::map<std::string, std::string> expected{{"door", R"({"state":"open"})"},
                                                      {"element/1", R"({"barcode":"A\"}{ä"})"}};
    CHECK(reading.documents.copy() == expected);
    CHECK(read_snapshot(written({1, Trust::whole, {}})).state == SnapshotReading::State::good);
}

TEST_CASE("a snapshot is one JSON object with one document a line") {
    const std::string text = written(two_documents());
    const auto json = nlohmann::json::parse(text, nullptr, false);
    REQUIRE_FALSE(json.is_discarded());
    CHECK(json["documents"]["door"]["state"] == "open");
    CHECK(json["schema"] == "changer.state/1");
    CHECK(text.find("\n\"door\":{\"state\":\"open\"},\n") != std::string::npos);
}

TEST_CASE("no proper prefix of a snapshot, and none with a flipped bit, is good") {
    const std::string text = written(two_documents());
    for (std::size_t n = 0; n < text.size(); ++n) {
        CAPTURE(n);
        CHECK(read_snapshot(text.substr(0, n)).state == SnapshotReading::State::bad);
    }
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        CAPTURE(bit);
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        CHECK(read_snapshot(flipped).state == SnapshotReading::State::bad);
    }
}

TEST_CASE("a newer schema is told from damage") {
    CHECK(read_snapshot(sealed(R"({"schema":"changer.state/2","else":{)")).state ==
          SnapshotReading::State::newer);
    CHECK(read_snapshot(sealed(R"({"schema":"changer.jobs/1","else":{)")).state ==
          SnapshotReading::State::bad);
    CHECK(read_snapshot(sealed("{\"schema\":\"changer.state/1\",\"seq\":1,\"trust\":\"whole\","
                               "\"documents\":{\n\"a\":[]\n"))
              .state == SnapshotReading::State::bad);
}

TEST_CASE("a snapshot that finds no room leaves the one before it") {
    MemoryFiles files;
    REQUIRE(write_snapshot(files, "d", {1, Trust::whole, {}}));
    const auto before = files.everything();
    files.capacity_bytes = files.text("d/state.json").size() + 10;
    const auto outcome = write_snapshot(files, "d", two_documents());
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::database_full);
    CHECK(files.everything() == before);
}

TEST_SUITE_END();
