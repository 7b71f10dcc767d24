// SPDX-License-Identifier: Apache-2.0
#include "store/crc32c.hpp"
#include "store/journal.hpp"
#include "store/memory_files.hpp"
#include "store/store.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace changer;
using namespace changer::store;
using changer::test::Fault;
using changer::test::MemoryFiles;

namespace {

using Documents = std::map<std::string, std::string>;

const std::string home = "d/libraries/x/";

Result<OpenedStore> open(MemoryFiles& files) {
    const ManualClock clock;
    // The reserve's members outlive the call only because these tests append nothing to a full
    // disk.
    static MemoryFiles elsewhere;
    static Reserve reserve{elsewhere, "r"};
    return Store::open("d/libraries/x", files, reserve, clock);
}

OpenedStore opened(MemoryFiles& files) {
    auto store = open(files);
    REQUIRE(store);
    return std::move(*store);
}

std::vector<Change> change(int n) {
    return {{"n", fmt::format(R"({{"n":{}}})", n)}, {fmt::format("key/{}", n), R"({})"}};
}

Documents after(int n) {
    DocumentSet documents;
    for (int i = 1; i <= n; ++i)
        documents.apply(change(i));
    return documents.copy();
}

/// A library with `n` records: snapshots after the second and the fourth.
void fill(MemoryFiles& files, int n) {
    auto store = opened(files);
    for (int i = 1; i <= n; ++i) {
        REQUIRE(store.store.append(change(i)));
        if (i == 2 || i == 4)
            REQUIRE(store.store.snapshot());
    }
}

void flip(MemoryFiles& files, const std::string& name, std::size_t byte) {
    std::string text = files.text(home + name);
    text.at(byte) = static_cast<char>(text.at(byte) ^ 1);
    files.put(home + name, text);
}

std::vector<std::string> kept(MemoryFiles& files, std::string_view kind) {
    std::vector<std::string> names;
    for (const auto& [path, text] : files.everything())
        if (path.find(kind) != std::string::npos)
            names.push_back(path.substr(home.size()));
    return names;
}

std::string journal_line(const std::string& object) {
    return crc_text(crc32c(object)) + " " + object + "\n";
}

} // namespace

TEST_SUITE_BEGIN("store/recovery");

TEST_CASE("every prefix of a journal recovers exactly its whole records and can be written on") {
    MemoryFiles full;
    fill(full, 7); // journal-5 holds 5 to 7
    const std::string text = full.text(home + "journal-5.jsonl");
    for (std::size_t n = 0; n <= text.size(); ++n) {
        CAPTURE(n);
        auto files = full.after_kill();
        files->put(home + "journal-5.jsonl", text.substr(0, n));
        const auto reading = read_journal(text.substr(0, n), 5);
        const int whole = 4 + static_cast<int>(reading.records.size());
        auto store = opened(*files);
        CHECK(store.documents == after(whole));
        const bool torn = reading.good_bytes != n;
        CHECK(store.report.trust == (torn ? Trust::stale : Trust::whole));
        CHECK(store.report.messages.empty() == !torn);
        REQUIRE(store.store.append(change(whole + 1)));
        CHECK(opened(*files).documents == after(whole + 1));
    }
}

TEST_CASE("a torn end is kept aside and cut") {
    MemoryFiles files;
    fill(files, 6);
    const std::string good = files.text(home + "journal-5.jsonl");
    files.put(home + "journal-5.jsonl", good + "deadbeef {\"seq\"");
    const auto store = opened(files);
    CHECK(store.report.trust == Trust::stale);
    CHECK(files.text(home + "journal-5.jsonl") == good);
    const auto names = kept(files, ".torn-");
    REQUIRE(names.size() == 1);
    CHECK(names[0] == "journal-5.jsonl.torn-20191220T000000Z");
    CHECK(files.text(home + names[0]) == "deadbeef {\"seq\"");
}

TEST_CASE("what a recovery found is told again until a snapshot was taken after it") {
    MemoryFiles files;
    fill(files, 6);
    files.put(home + "journal-5.jsonl", files.text(home + "journal-5.jsonl") + "torn");
    CHECK(opened(files).report.trust == Trust::stale);
    CHECK(opened(files).report.trust == Trust::stale); // nobody could act on it in between
    {
        auto store = opened(files);
        REQUIRE(store.store.append(change(7)));
        REQUIRE(store.store.snapshot());
    }
    CHECK(opened(files).report.trust == Trust::whole);
}

TEST_CASE("a damaged record before good ones asks for an inventory and keeps the file") {
    MemoryFiles files;
    fill(files, 7);
    const std::string text = files.text(home + "journal-5.jsonl");
    flip(files, "journal-5.jsonl", text.find('\n') + 20); // in record 6
    const auto store = opened(files);
    CHECK(store.report.trust == Trust::needs_inventory);
    CHECK(store.documents == after(5));
    CHECK(kept(files, ".corrupt-") ==
          std::vector<std::string>{"journal-5.jsonl.corrupt-20191220T000000Z"});
    CHECK_FALSE(store.report.messages.empty());
    CHECK(store.report.messages[0].find("d/libraries/x/journal-5.jsonl is damaged") == 0);

    auto next = opened(files);
    CHECK(next.documents == after(5));
    CHECK(next.report.trust == Trust::needs_inventory);
    REQUIRE(next.store.append(change(6)));
    CHECK(opened(files).documents == after(6));
}

TEST_CASE("a damaged snapshot costs nothing while the previous one is good") {
    MemoryFiles files;
    fill(files, 6);
    flip(files, "state.json", 60);
    auto store = opened(files);
    CHECK(store.documents == after(6));
    CHECK(store.report.trust == Trust::whole);
    CHECK(kept(files, ".corrupt-") ==
          std::vector<std::string>{"state.json.corrupt-20191220T000000Z"});
    REQUIRE(store.store.append(change(7)));
    REQUIRE(store.store.snapshot());
    CHECK(opened(files).documents == after(7));
}

TEST_CASE("a crash between the two renames of a snapshot costs nothing") {
    MemoryFiles files;
    fill(files, 6);
    REQUIRE(files.rename(home + "state.json", home + "state.json.bak"));
    const auto store = opened(files);
    CHECK(store.documents == after(6));
    CHECK(store.report.trust == Trust::whole);
    CHECK(store.report.messages.empty());
}

TEST_CASE("with both snapshots damaged the journals alone do if they begin at the beginning") {
    MemoryFiles files;
    {
        auto store = opened(files);
        REQUIRE(store.store.append(change(1)));
        REQUIRE(store.store.snapshot());
        REQUIRE(store.store.append(change(2)));
    }
    flip(files, "state.json", 60);
    files.put(home + "state.json.bak", "garbage");
    const auto store = opened(files);
    CHECK(store.documents == after(2));
    CHECK(store.report.trust == Trust::whole);
    CHECK(kept(files, ".corrupt-").size() == 2);
}

TEST_CASE("with both snapshots damaged and old journals gone only the robot knows") {
    MemoryFiles files;
    fill(files, 6);
    flip(files, "state.json", 60);
    flip(files, "state.json.bak", 60);
    auto store = opened(files);
    CHECK(store.report.trust == Trust::needs_inventory);
    CHECK_FALSE(store.report.fresh);
    CHECK(store.documents.empty());
    CHECK(kept(files, ".corrupt-").size() == 4); // two snapshots, two journals
    REQUIRE(store.store.append(change(1)));
    const auto next = opened(files);
    CHECK(next.documents == after(1));
    CHECK(next.report.trust == Trust::needs_inventory);
}

TEST_CASE("a journal that is missing in the middle asks for an inventory") {
    MemoryFiles files;
    fill(files, 6);
    flip(files, "state.json", 60); // so that journal-3 is needed
    REQUIRE(files.remove(home + "journal-3.jsonl"));
    const auto store = opened(files);
    CHECK(store.report.trust == Trust::needs_inventory);
    CHECK(store.documents == after(2));
}

TEST_CASE("damage in a journal that the snapshot covers is of no matter") {
    MemoryFiles files;
    fill(files, 6);
    flip(files, "journal-3.jsonl", 30);
    const auto store = opened(files);
    CHECK(store.report.trust == Trust::whole);
    CHECK(store.documents == after(6));
}

TEST_CASE("no journal is read that the snapshot covers, whatever comes after it") {
    MemoryFiles files;
    fill(files, 4); // the snapshot has all; journal-5 is new and empty
    REQUIRE(files.text(home + "journal-5.jsonl").empty());
    files.unreadable = home + "journal-3.jsonl";
    const auto store = open(files);
    REQUIRE(store);
    CHECK(store->documents == after(4));
}

TEST_CASE("what a newer version wrote is refused and not touched") {
    const std::string state_body = R"({"schema":"changer.state/2","documents":{)";
    const std::string state =
        state_body + "},\"crc32c\":\"" + crc_text(crc32c(state_body)) + "\"}\n";
    const std::string journal = journal_line(R"({"seq":5,"schema":"changer.journal/2","x":[]})");
    for (const bool in_snapshot : {true, false}) {
        CAPTURE(in_snapshot);
        MemoryFiles files;
        fill(files, 4);
        if (in_snapshot)
            files.put(home + "state.json", state);
        else
            files.put(home + "journal-5.jsonl", journal);
        files.put(home + "state.json.tmp", "leftover");
        const auto before = files.everything();
        const auto store = open(files);
        REQUIRE_FALSE(store);
        CHECK(store.error().code == Code::database_failure);
        CHECK(store.error().what.find("newer changerd") != std::string::npos);
        CHECK(store.error().what.find("d/libraries/x/") != std::string::npos);
        CHECK(files.everything() == before);
    }
}

TEST_CASE("a file that cannot be read stops the start with its name, and nothing is touched") {
    for (const char* name : {"state.json", "journal-5.jsonl", ""}) {
        CAPTURE(name);
        MemoryFiles files;
        fill(files, 6);
        flip(files, "state.json.bak", 60);
        files.unreadable = *name == '\0' ? "d/libraries/x" : home + name;
        const auto before = files.everything();
        const auto store = open(files);
        REQUIRE_FALSE(store);
        CHECK(store.error().code == Code::database_failure);
        CHECK(store.error().what.find(*files.unreadable) != std::string::npos);
        CHECK(store.error().what.find("belong to the user") != std::string::npos);
        CHECK(files.everything() == before);
    }
}

TEST_CASE("a full disk does not keep a torn end from being cut") {
    MemoryFiles files;
    fill(files, 6);
    const std::string good = files.text(home + "journal-5.jsonl");
    files.put(home + "journal-5.jsonl", good + "torn");
    std::uint64_t used = 0;
    for (const auto& [path, text] : files.everything())
        used += text.size();
    files.capacity_bytes = used;
    const auto store = opened(files);
    CHECK(store.report.trust == Trust::stale);
    CHECK(store.documents == after(6));
    CHECK(files.text(home + "journal-5.jsonl") == good);
}

TEST_CASE("a crash at any operation keeps what was acknowledged, with and without a power cut") {
    MemoryFiles dry_run;
    fill(dry_run, 7);
    const std::size_t operations = dry_run.operations();
    REQUIRE(operations > 20);
    for (std::size_t operation = 0; operation < operations; ++operation) {
        for (const std::size_t partial : {std::size_t{0}, std::size_t{9}, std::size_t{1000}}) {
            MemoryFiles files;
            files.fault = Fault{operation, Fault::Kind::crash, partial};
            int acknowledged = 0;
            auto store = opened(files);
            for (int i = 1; i <= 7; ++i) {
                if (store.store.append(change(i)))
                    acknowledged = i;
                else
                    break;
                if ((i == 2 || i == 4) && !store.store.snapshot())
                    break;
            }
            for (const bool power_cut : {false, true}) {
                CAPTURE(operation);
                CAPTURE(partial);
                CAPTURE(power_cut);
                auto disk = power_cut ? files.after_power_cut() : files.after_kill();
                const auto again = opened(*disk);
                CHECK(again.report.trust != Trust::needs_inventory);
                // The record whose acknowledgement the crash swallowed may be there too.
                const bool one_more = again.documents == after(acknowledged + 1);
                CHECK((again.documents == after(acknowledged) || one_more));
            }
        }
    }
}

TEST_CASE("a crash at any operation of a repair leaves something the next start repairs") {
    MemoryFiles damaged;
    fill(damaged, 7);
    const std::string text = damaged.text(home + "journal-5.jsonl");
    SUBCASE("a damaged journal") {
        flip(damaged, "journal-5.jsonl", text.find('\n') + 20);
    }
    SUBCASE("a torn end") {
        damaged.put(home + "journal-5.jsonl", text.substr(0, text.size() - 3));
    }
    SUBCASE("a damaged snapshot and a torn end") {
        flip(damaged, "state.json", 60);
        damaged.put(home + "journal-5.jsonl", text.substr(0, text.size() - 3));
    }
    SUBCASE("both snapshots damaged") {
        flip(damaged, "state.json", 60);
        flip(damaged, "state.json.bak", 60);
    }
    auto dry_run = damaged.after_kill();
    const auto expected = opened(*dry_run);
    for (std::size_t operation = 0; operation < dry_run->operations(); ++operation) {
        auto files = damaged.after_kill();
        files->fault = Fault{operation, Fault::Kind::crash, 9};
        const bool survived = static_cast<bool>(open(*files));
        for (const bool power_cut : {false, true}) {
            CAPTURE(operation);
            CAPTURE(power_cut);
            CAPTURE(survived);
            auto disk = power_cut ? files->after_power_cut() : files->after_kill();
            const auto again = opened(*disk);
            CHECK(again.documents == expected.documents);
            CHECK(again.report.trust == expected.report.trust);
        }
    }
}

TEST_SUITE_END();
