// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include "store/journal.hpp"
#include "store/memory_files.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace changer;
using namespace changer::store;
using changer::test::Fault;
using changer::test::MemoryFiles;

namespace {

using Documents = std::map<std::string, std::string>;

/// Three transactions, and the documents after each.
struct Script {
    std::vector<std::vector<Change>> transactions{
        {{"a", R"({"n":1})"}},
        {{"b", R"({"n":2})"}, {"a", std::nullopt}},
        {{"c", R"({"n":3})"}, {"b", R"({"n":4})"}},
    };

    Documents after(std::size_t n) const {
        DocumentSet documents;
        for (std::size_t i = 0; i < n; ++i)
            documents.apply(transactions[i]);
        return documents.copy();
    }
};

struct Fixture {
    MemoryFiles files;
    ManualClock clock;
    Reserve reserve{files, "d"};
    StoreOptions options;

    OpenedStore open() {
        auto opened = Store::open("d/libraries/x", files, reserve, clock, options);
        REQUIRE(opened);
        return std::move(*opened);
    }

    Documents documents() { return open().documents; }

    std::string journal(std::uint64_t first_seq) const {
        return files.text("d/libraries/x/" + journal_name(first_seq));
    }

    bool has(const std::string& name) const { return files.exists("d/libraries/x/" + name); }
};

void put(Store& store, const std::string& key, int value) {
    const std::vector<Change> changes{{key, fmt::format(R"({{"n":{}}})", value)}};
    REQUIRE(store.append(changes));
}

} // namespace

TEST_SUITE_BEGIN("store/store");

TEST_CASE_FIXTURE(Fixture, "a new directory is a library seen for the first time") {
    const auto opened = open();
    CHECK(opened.report.fresh);
    CHECK(opened.report.trust == Trust::whole);
    CHECK(opened.documents.empty());
}

TEST_CASE_FIXTURE(Fixture, "what was appended is there after the next start") {
    const Script script;
    for (std::size_t n = 0; n < script.transactions.size(); ++n) {
        auto opened = open();
        CHECK(opened.documents == script.after(n));
        REQUIRE(opened.store.append(script.transactions[n]));
        CHECK(opened.store.seq() == n + 1);
    }
    const auto opened = open();
    CHECK(opened.documents == script.after(3));
    CHECK(opened.report.trust == Trust::whole);
    CHECK_FALSE(opened.report.fresh);
}

TEST_CASE_FIXTURE(Fixture, "a transaction is one write and one sync, whatever its size") {
    auto opened = open();
    put(opened.store, "a", 1);
    const auto before = files.operations();
    std::vector<Change> changes;
    for (int i = 0; i < 100; ++i)
        changes.push_back({fmt::format("element/{}", i), R"({"full":true})"});
    REQUIRE(opened.store.append(changes));
    const std::vector<std::string> done(files.log().begin() + static_cast<long>(before),
                                        files.log().end());
    CHECK(done == std::vector<std::string>{"write d/libraries/x/journal-1.jsonl",
                                           "sync d/libraries/x/journal-1.jsonl"});
}

TEST_CASE_FIXTURE(Fixture, "an empty transaction writes nothing") {
    auto opened = open();
    CHECK(opened.store.append({}));
    CHECK(opened.store.seq() == 0);
    CHECK_FALSE(has("journal-1.jsonl"));
}

TEST_CASE_FIXTURE(Fixture, "a document that is not JSON is refused and nothing is written") {
    auto opened = open();
    put(opened.store, "a", 1);
    const auto before = files.everything();
    const std::vector<Change> bad{{"b", R"({"n":1})"}, {"c", "not json"}};
    const auto refused = opened.store.append(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::invalid_parameter);
    CHECK(files.everything() == before);
    put(opened.store, "d", 2);
    CHECK(documents().size() == 2);
}

TEST_CASE("a disk that is full at any write leaves exactly the records that were acknowledged") {
    const Script script;
    for (std::size_t operation = 0; operation < 12; ++operation) {
        for (const std::size_t partial : {std::size_t{0}, std::size_t{20}, std::size_t{1000}}) {
            CAPTURE(operation);
            CAPTURE(partial);
            Fixture fixture;
            auto opened = fixture.open();
            const std::size_t base = fixture.files.operations();
            fixture.files.fault = Fault{base + operation, Fault::Kind::no_space, partial};
            std::vector<std::vector<Change>> acknowledged;
            for (const auto& changes : script.transactions) {
                const auto appended = opened.store.append(changes, Urgency::may_refuse);
                if (appended)
                    acknowledged.push_back(changes);
            }
            const auto again = fixture.open();
            DocumentSet expected;
            for (const auto& changes : acknowledged)
                expected.apply(changes);
            // After a failed sync nobody knows; after a failed write everybody must.
            if (!opened.store.read_only()) {
                CHECK(again.report.trust == Trust::whole);
                CHECK(again.documents == expected.copy());
            }
        }
    }
}

TEST_CASE_FIXTURE(Fixture, "a full disk refuses new work and still records what runs") {
    REQUIRE(reserve.refill());
    auto opened = open();
    put(opened.store, "a", 1);
    files.capacity_bytes = Reserve::size_bytes + journal(1).size() + 10;
    const std::vector<Change> job{{"job/x-1", R"({"state":"queued"})"}};
    const auto refused = opened.store.append(job, Urgency::may_refuse);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::database_full);
    CHECK(refused.error().what.find("free space") != std::string::npos);
    CHECK(reserve.given_up());
    CHECK(read_journal(journal(1), 1).end == JournalEnd::whole);

    const std::vector<Change> outcome{{"job/x-0", R"({"state":"passed"})"}};
    CHECK(opened.store.append(outcome)); // into the room of the reserve
    CHECK_FALSE(opened.store.append(job, Urgency::may_refuse));
    CHECK(documents().count("job/x-0") == 1);

    files.capacity_bytes = *files.capacity_bytes + 1000;
    CHECK(opened.store.append(job, Urgency::may_refuse));
    CHECK_FALSE(reserve.given_up());
    CHECK(files.text("d/reserve").size() == Reserve::size_bytes);
}

TEST_CASE_FIXTURE(Fixture,
                  "the outcome that meets the full disk first is recorded in the reserve") {
    REQUIRE(reserve.refill());
    auto opened = open();
    put(opened.store, "a", 1);
    files.capacity_bytes = Reserve::size_bytes + journal(1).size() + 10;
    put(opened.store, "b", 2);
    CHECK(reserve.given_up());
    CHECK(documents().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a failed sync makes the store read-only until a restart") {
    auto opened = open();
    put(opened.store, "a", 1);
    files.fault = Fault{files.operations() + 1, Fault::Kind::io_error};
    const std::vector<Change> changes{{"b", "{}"}};
    const auto first = opened.store.append(changes);
    REQUIRE_FALSE(first);
    CHECK(first.error().code == Code::database_failure);
    CHECK(opened.store.read_only());
    const auto operations = files.operations();
    const auto second = opened.store.append(changes);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::database_failure);
    CHECK(second.error().what.find("restarted") != std::string::npos);
    CHECK_FALSE(opened.store.begin_snapshot());
    CHECK(files.operations() == operations); // never tried again on that file
    auto again = open();
    CHECK(again.documents.count("a") == 1);
    CHECK(again.store.append(changes));
}

TEST_CASE_FIXTURE(Fixture, "a record that cannot be taken back makes the store read-only") {
    auto opened = open();
    put(opened.store, "a", 1);
    files.fault = Fault{files.operations(), Fault::Kind::crash, 5}; // the write, then the cut too
    const std::vector<Change> changes{{"b", "{}"}};
    CHECK_FALSE(opened.store.append(changes));
    CHECK(opened.store.read_only());
}

TEST_CASE_FIXTURE(Fixture, "a snapshot is due by records and by bytes") {
    options = {.journal_bytes = 1'000'000, .journal_records = 3};
    {
        auto opened = open();
        put(opened.store, "a", 1);
        put(opened.store, "a", 2);
        CHECK_FALSE(opened.store.snapshot_due());
        put(opened.store, "a", 3);
        CHECK(opened.store.snapshot_due());
    }
    options = {.journal_bytes = 100, .journal_records = 1000};
    CHECK(open().store.snapshot_due()); // counted over a restart
}

TEST_CASE_FIXTURE(Fixture, "appends go on while a snapshot is written, and both are there after") {
    auto opened = open();
    put(opened.store, "a", 1);
    const auto task = opened.store.begin_snapshot();
    REQUIRE(task);
    CHECK_FALSE(opened.store.begin_snapshot()); // one at a time
    put(opened.store, "b", 2);
    put(opened.store, "a", 3);
    const auto outcome = task->run();
    CHECK(outcome);
    opened.store.finish_snapshot(*task, outcome);
    CHECK(has("journal-2.jsonl"));
    CHECK(files.text("d/libraries/x/state.json").find(R"("a":{"n":1})") != std::string::npos);
    CHECK(documents() == Documents{{"a", R"({"n":3})"}, {"b", R"({"n":2})"}});
}

TEST_CASE_FIXTURE(Fixture, "a journal goes only when the previous snapshot covers it") {
    auto opened = open();
    put(opened.store, "a", 1);
    REQUIRE(opened.store.snapshot()); // record 1; no previous one
    CHECK(has("journal-1.jsonl"));
    put(opened.store, "b", 2);
    REQUIRE(opened.store.snapshot()); // record 2; previous covers 1
    CHECK_FALSE(has("journal-1.jsonl"));
    CHECK(has("journal-2.jsonl"));
    put(opened.store, "c", 3);
    REQUIRE(opened.store.snapshot());
    CHECK_FALSE(has("journal-2.jsonl"));
    CHECK(has("journal-3.jsonl"));
    CHECK(has("state.json.bak"));
    CHECK(documents().size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a clean stop writes a snapshot only if something changed") {
    {
        auto opened = open();
        CHECK(opened.store.snapshot());
        CHECK_FALSE(has("state.json"));
        put(opened.store, "a", 1);
        CHECK(opened.store.snapshot());
        CHECK(has("state.json"));
    }
    auto opened = open();
    const auto operations = files.operations();
    CHECK(opened.store.snapshot());
    CHECK(files.operations() == operations);
}

TEST_CASE_FIXTURE(Fixture,
                  "a snapshot is the one before it and every change since, in every place") {
    {
        auto opened = open();
        for (const char* key : {"b", "d", "f", "h"})
            put(opened.store, key, 1);
        REQUIRE(opened.store.snapshot());
        put(opened.store, "a", 2); // before all, between, in place of one, behind all
        put(opened.store, "c", 2);
        put(opened.store, "d", 2);
        put(opened.store, "i", 2);
        const std::vector<Change> removals{{"f", std::nullopt}, {"x", std::nullopt}};
        REQUIRE(opened.store.append(removals));
    }
    {
        auto opened = open(); // what a start read of the journal counts as well
        put(opened.store, "c", 3);
        REQUIRE(opened.store.snapshot());
    }
    REQUIRE(journal(11).empty());
    const Documents expected{{"a", R"({"n":2})"},
                             {"b", R"({"n":1})"},
                             {"c", R"({"n":3})"},
                             {"d", R"({"n":2})"},
                             {"h", R"({"n":1})"},
                             {"i", R"({"n":2})"}};
    CHECK(documents() == expected);
}

TEST_CASE("a snapshot without room at any step is made up for, whatever became of the files") {
    for (std::size_t operation = 0; true; ++operation) {
        CAPTURE(operation);
        Fixture fixture;
        auto opened = fixture.open();
        put(opened.store, "a", 1);
        REQUIRE(opened.store.snapshot());
        put(opened.store, "b", 2);
        const std::size_t base = fixture.files.operations();
        fixture.files.fault = Fault{base + operation, Fault::Kind::no_space};
        const auto outcome = opened.store.snapshot();
        const bool over = fixture.files.operations() <= base + operation;
        fixture.files.fault.reset();
        if (opened.store.read_only()) { // a sync failed, for whatever reason
            CHECK_FALSE(outcome);
            CHECK(fixture.documents().size() == 2);
            continue;
        }
        put(opened.store, "c", 3);
        CHECK(opened.store.snapshot());
        CHECK(fixture.documents().size() == 3);
        if (over)
            break;
    }
}

TEST_CASE_FIXTURE(Fixture,
                  "a snapshot that is damaged while the daemon runs is no base for the next") {
    const std::string state = "d/libraries/x/state.json";
    auto opened = open();
    put(opened.store, "a", 1);
    REQUIRE(opened.store.snapshot());
    put(opened.store, "b", 2);
    REQUIRE(opened.store.snapshot());
    put(opened.store, "c", 3);
    std::string text = files.text(state);
    text.at(text.find("\"n\":1") + 4) = '7';
    files.put(state, text);
    const auto outcome = opened.store.snapshot();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::database_failure);
    CHECK(opened.store.read_only()); // a restart has the one before, and the journals since
    const Documents expected{{"a", R"({"n":1})"}, {"b", R"({"n":2})"}, {"c", R"({"n":3})"}};
    CHECK(documents() == expected);
}

TEST_CASE_FIXTURE(Fixture, "a snapshot that fails loses nothing and is made up for later") {
    auto opened = open();
    put(opened.store, "a", 1);
    auto task = opened.store.begin_snapshot();
    REQUIRE(task);
    put(opened.store, "b", 2);
    files.fault = Fault{files.operations() + 1, Fault::Kind::no_space};
    const auto outcome = task->run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::database_full);
    opened.store.finish_snapshot(*task, outcome);
    CHECK_FALSE(has("state.json.tmp"));
    CHECK(documents().size() == 2);
    CHECK(opened.store.snapshot());
    CHECK(documents().size() == 2);
}

TEST_CASE("a snapshot whose sync fails makes the store read-only, and a restart finds everything") {
    unsigned syncs = 0;
    for (std::size_t operation = 0; true; ++operation) {
        CAPTURE(operation);
        Fixture fixture;
        auto opened = fixture.open();
        put(opened.store, "a", 1);
        const std::size_t base = fixture.files.operations();
        fixture.files.fault = Fault{base + operation, Fault::Kind::io_error};
        const auto outcome = opened.store.snapshot();
        if (fixture.files.operations() <= base + operation)
            break;
        const bool sync = fixture.files.log()[base + operation].starts_with("sync ");
        syncs += sync ? 1 : 0;
        const std::vector<Change> changes{{"b", "{}"}};
        const auto next = opened.store.append(changes);
        if (sync) {
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().code == Code::database_failure);
            REQUIRE_FALSE(next);
            CHECK(next.error().code == Code::database_failure);
            CHECK(opened.store.read_only());
        }
        CHECK(fixture.documents().count("a") == 1);
    }
    CHECK(syncs == 3); // the new journal's name, the snapshot's bytes, its name
}

TEST_SUITE_END();
