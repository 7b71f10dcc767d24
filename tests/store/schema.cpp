// SPDX-License-Identifier: Apache-2.0
// Files of an older schema, read by a program of a newer one: schema 1 is real, schema 2 made up.
#include "store/schema.hpp"

#include "store/journal.hpp"
#include "store/memory_files.hpp"
#include "store/store.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

using namespace changer;
using namespace changer::store;
using changer::test::Fault;
using changer::test::MemoryFiles;

namespace {

using Documents = std::map<std::string, std::string>;

const std::string home = "d/libraries/x/";

/// From schema 1 to 2: what was "slot/N" is "element/N", and says so inside.
Result<void> slots_become_elements(DocumentSet& documents) {
    for (const auto& [key, value] : documents.copy()) {
        if (!key.starts_with("slot/"))
            continue;
        if (value == R"({"bad":true})")
            return Error{Code::malformed_document, key + " says nothing"};
        documents.remove(key);
        documents.put("element/" + key.substr(5), R"({"was":)" + value + "}");
    }
    return {};
}

constexpr std::array to_second{Migration{.from = 1, .migrate = slots_become_elements}};
constexpr Schema first{.current = 1, .migrations = {}};
constexpr Schema second{.current = 2, .migrations = to_second};

struct Machine {
    MemoryFiles& files;
    ManualClock clock = ManualClock();
    MemoryFiles elsewhere = MemoryFiles();
    Reserve reserve{elsewhere, "r"};

    Result<OpenedStore> open(const Schema& schema) {
        return Store::open("d/libraries/x", files, reserve, clock, {.schema = schema});
    }
};

Documents documents(MemoryFiles& files, const Schema& schema) {
    Machine machine{files};
    auto opened = machine.open(schema);
    REQUIRE(opened);
    CHECK(opened->report.trust == Trust::whole);
    return std::move(opened->documents);
}

void append(Store& store, const std::string& key, const std::string& value) {
    const std::vector<Change> changes{{key, value}};
    REQUIRE(store.append(changes));
}

/// Two snapshots and a journal that goes on after them, or a journal alone.
void fill(MemoryFiles& files, int snapshots) {
    Machine machine{files};
    auto opened = machine.open(first);
    REQUIRE(opened);
    for (int i = 1; i <= 3; ++i) {
        append(opened->store, fmt::format("slot/{}", i), fmt::format(R"({{"n":{}}})", i));
        if (i <= snapshots)
            REQUIRE(opened->store.snapshot());
    }
    append(opened->store, "door", "{}");
}

const Documents as_second{{"door", "{}"},
                          {"element/1", R"({"was":{"n":1}})"},
                          {"element/2", R"({"was":{"n":2}})"},
                          {"element/3", R"({"was":{"n":3}})"}};

} // namespace

TEST_SUITE_BEGIN("store/schema");

TEST_CASE("documents of an older schema are brought to this one, once, and can be written on") {
    for (const int snapshots : {0, 1, 2}) {
        CAPTURE(snapshots);
        MemoryFiles files;
        fill(files, snapshots);
        Machine machine{files};
        auto opened = machine.open(second);
        REQUIRE(opened);
        CHECK(opened->documents == as_second);
        REQUIRE(opened->report.messages.size() == 1);
        CHECK(opened->report.messages[0] == "d/libraries/x was brought from schema 1 to 2");
        CHECK(files.text(home + "state.json").starts_with(R"({"schema":"changer.state/2")"));
        append(opened->store, "element/4", "{}");
        CHECK(files.text(home + "journal-5.jsonl").find("changer.journal/2") != std::string::npos);

        auto expected = as_second;
        expected["element/4"] = "{}";
        auto again = machine.open(second);
        REQUIRE(again);
        CHECK(again->documents == expected);
        CHECK(again->report.messages.empty());
    }
}

TEST_CASE(
    "the older files stay until the snapshot after the migration, and do when it is damaged") {
    MemoryFiles files;
    fill(files, 2);
    {
        Machine machine{files};
        auto opened = machine.open(second);
        REQUIRE(opened);
        append(opened->store, "element/4", "{}");
    }
    CHECK(files.text(home + "state.json.bak").starts_with(R"({"schema":"changer.state/1")"));
    files.put(home + "state.json", "damaged");
    auto expected = as_second;
    expected["element/4"] = "{}";
    CHECK(documents(files, second) == expected);
}

TEST_CASE("after the migration the older program refuses and touches nothing") {
    MemoryFiles files;
    fill(files, 1);
    CHECK(documents(files, second) == as_second);
    const auto before = files.everything();
    Machine machine{files};
    const auto refused = machine.open(first);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::database_failure);
    CHECK(refused.error().what.find("newer changerd") != std::string::npos);
    CHECK(files.everything() == before);
}

TEST_CASE("a migration that fails, or is not known any more, changes nothing and says why") {
    for (const bool known : {true, false}) {
        CAPTURE(known);
        MemoryFiles files;
        fill(files, 1);
        Machine machine{files};
        append(machine.open(first)->store, "slot/9", R"({"bad":true})");
        const auto before = files.everything();
        const Schema schema{.current = 2,
                            .migrations = known ? second.migrations : first.migrations};
        const auto refused = machine.open(schema);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::database_failure);
        CHECK(refused.error().what.find(known ? "slot/9 says nothing" : "cannot read any more") !=
              std::string::npos);
        CHECK(refused.error().what.starts_with("d/libraries/x/"));
        CHECK(files.everything() == before);
    }
}

TEST_CASE("older records after a newer snapshot are damage") {
    MemoryFiles files;
    fill(files, 1);
    CHECK(documents(files, second) == as_second);
    Machine machine{files};
    const std::vector<Change> changes{{"slot/5", "{}"}};
    files.put(home + "journal-5.jsonl", *encode_record(5, changes, true, 1));
    const auto opened = machine.open(second);
    REQUIRE(opened);
    CHECK(opened->documents == as_second);
    CHECK(opened->report.trust == Trust::needs_inventory);
}

TEST_CASE("a crash at any operation of a migration, or a full disk, costs nothing") {
    MemoryFiles old;
    fill(old, 2);
    auto dry_run = old.after_kill();
    CHECK(documents(*dry_run, second) == as_second);
    REQUIRE(dry_run->operations() > 3);
    for (std::size_t operation = 0; operation < dry_run->operations(); ++operation) {
        CAPTURE(operation);
        for (const auto kind : {Fault::Kind::crash, Fault::Kind::no_space}) {
            auto files = old.after_kill();
            files->fault = Fault{operation, kind, 9};
            Machine machine{*files};
            if (auto opened = machine.open(second))
                CHECK(opened->documents == as_second);
            CHECK(documents(*files->after_power_cut(), second) == as_second);
            CHECK(documents(*files->after_kill(), second) == as_second);
        }
    }
}

TEST_CASE("this program's own schema has a way from every version before it") {
    for (std::uint64_t version = 1; version < schema_version; ++version) {
        DocumentSet nothing;
        CHECK(migrate(nothing, version, schema_version, built_in_schema()));
    }
    CHECK(built_in_schema().current == schema_version);
}

TEST_SUITE_END();
