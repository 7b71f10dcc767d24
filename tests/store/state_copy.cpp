// SPDX-License-Identifier: Apache-2.0
#include "store/state_copy.hpp"

#include "store/crc32c.hpp"
#include "store/memory_files.hpp"
#include "store/scripted_day.hpp"
#include "store/state_import.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::store;
using changer::test::Documents;
using changer::test::Fault;
using changer::test::MemoryFiles;
using changer::test::ScriptedDay;

namespace {

const WallTime moment{std::chrono::hours{24 * 365 * 50}};

/// A state directory after a day, closed.
struct DayAfter {
    MemoryFiles files;
    std::map<std::string, Documents> documents;

    DayAfter() {
        ScriptedDay day(files);
        day.run();
        for (const auto& library : ScriptedDay::libraries())
            documents[library] = day.expected(library).acknowledged;
    }
};

StateCopy copy_of(MemoryFiles& files) {
    auto copy = copy_state(files, ScriptedDay::directory, moment);
    REQUIRE(copy);
    return std::move(*copy);
}

std::string text_of(const StateCopy& copy) {
    MemoryFiles files;
    REQUIRE(write_state_copy(files, "copy.json", copy));
    return files.text("copy.json");
}

std::string sealed(const std::string& body) {
    return body + "},\"crc32c\":\"" + crc_text(crc32c(body)) + "\"}\n";
}

OpenedStore opened(MemoryFiles& files, const std::string& library) {
    const ManualClock clock;
    auto directory = StateDirectory::open(ScriptedDay::directory, files);
    REQUIRE(directory);
    static MemoryFiles elsewhere;
    static Reserve reserve{elsewhere, "r"};
    auto store = Store::open(*directory->library_directory(library), files, reserve, clock);
    REQUIRE(store);
    return std::move(*store);
}

} // namespace

TEST_SUITE_BEGIN("store/state_copy");

TEST_CASE("a copy holds every library as it was, and comes back as it was written") {
    DayAfter day;
    const auto before = day.files.everything();
    const auto copy = copy_of(day.files);
    CHECK(day.files.everything() == before);
    const auto read = read_state_copy(text_of(copy));
    REQUIRE(read);
    CHECK(read->taken_at == moment);
    REQUIRE(read->libraries.size() == 2);
    for (const LibraryCopy& library : read->libraries) {
        CAPTURE(library.id);
        CHECK(library.documents.copy() == day.documents.at(library.id));
        CHECK(library.trust == Trust::whole);
        CHECK(library.seq > 0);
    }
    CHECK(read_state_copy(text_of({moment, {}}))->libraries.empty());
}

TEST_CASE("a copy is one JSON document") {
    DayAfter day;
    const auto json = nlohmann::json::parse(text_of(copy_of(day.files)), nullptr, false);
    REQUIRE_FALSE(json.is_discarded());
    CHECK(json["schema"] == "changer.export/1");
    CHECK(json["taken_at"] == "2019-12-20T00:00:00Z");
    CHECK(json["libraries"]["main"]["schema"] == "changer.state/1");
    CHECK(json["libraries"]["main"]["documents"].size() == day.documents.at("main").size());
}

TEST_CASE("a daemon that uses the directory does not keep a copy from being taken") {
    MemoryFiles files;
    ScriptedDay day(files);
    day.run(); // it still holds the lock
    REQUIRE(day.try_change("main", Urgency::must_record));
    const auto copy = copy_of(files);
    REQUIRE(copy.libraries.size() == 2);
    CHECK(copy.libraries[0].documents.copy() == day.expected("main").acknowledged);
    const auto refused = import_state(files, ScriptedDay::directory, copy);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::busy);
    CHECK(refused.error().what.find("another changerd") == 0);
    CHECK(day.try_change("main", Urgency::must_record));
}

TEST_CASE("no proper prefix of a copy and none with a flipped bit is read") {
    DocumentSet documents;
    documents.put("door", R"({"state":"open"})");
    const std::string text = text_of({moment, {{"main", 3, Trust::whole, documents}}});
    REQUIRE(read_state_copy(text));
    for (std::size_t n = 0; n < text.size(); ++n) {
        CAPTURE(n);
        CHECK_FALSE(read_state_copy(text.substr(0, n)));
    }
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        CAPTURE(bit);
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        CHECK_FALSE(read_state_copy(flipped));
    }
}

TEST_CASE("what is no copy is refused though its checksum is right") {
    const std::string head =
        R"({"schema":"changer.export/1","taken_at":"2026-01-31T23:59:00Z","libraries":{)"
        "\n";
    const auto library = [](const std::string& id, const std::string& documents) {
        return "\"" + id +
               R"(":{"schema":"changer.state/1","seq":1,"trust":"whole","documents":{)" + "\n" +
               documents + "}}";
    };
    CHECK(read_state_copy(sealed(head + library("a", "\"k\":{}\n") + "\n")));
    const std::vector<std::string> bodies{
        "{",
        R"({"schema":"changer.state/1","seq":1,"trust":"whole","documents":{)"
        "\n",
        R"({"schema":"changer.export/0","taken_at":"2026-01-31T23:59:00Z","libraries":{)"
        "\n",
        R"({"schema":"changer.export/1","taken_at":"yesterday","libraries":{)"
        "\n",
        head + library("../a", "") + "\n",
        head + library("a", "\"k\":[]\n") + "\n",
        head + library("a", "\"k\":{]}\n") + "\n",
        head + library("a", "\"k\":{\"a\":}\n") + "\n",
        head + library("a", "\"\":{}\n") + "\n",
        head + library("a", "") + ",\n" + library("a", "") + "\n",
        head + library("b", "") + ",\n" + library("a", "") + "\n",
        head + library("a", "") + "\nmore",
        head + library("a", ""),
    };
    for (const std::string& body : bodies) {
        CAPTURE(body);
        const auto refused = read_state_copy(sealed(body));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::malformed_document);
    }
}

TEST_CASE("a newer schema is refused, of the copy and of a library in it") {
    for (const char* body :
         {R"({"schema":"changer.export/2","else":{)",
          "{\"schema\":\"changer.export/1\",\"taken_at\":\"2026-01-31T23:59:00Z\",\"libraries\":{\n"
          "\"a\":{\"schema\":\"changer.state/2\",\"else\":{}}\n"}) {
        const auto refused = read_state_copy(sealed(body));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::database_failure);
        CHECK(refused.error().what.find("newer changerd") != std::string::npos);
    }
}

TEST_CASE("an import makes its libraries what they were, stale, keeps what was there, and leaves "
          "others alone") {
    DayAfter day;
    auto copy = copy_of(day.files);
    copy.libraries.erase(copy.libraries.begin() + 1); // "main" stays
    {
        auto store = opened(day.files, "main");
        const std::vector<Change> later{{"later", "{}"}};
        REQUIRE(store.store.append(later));
        auto other = opened(day.files, "small");
        REQUIRE(other.store.append(later));
        REQUIRE(store.store.snapshot());
    }
    const auto before = day.files.everything();
    REQUIRE(import_state(day.files, ScriptedDay::directory, copy));
    auto main = opened(day.files, "main");
    CHECK(main.documents == day.documents.at("main"));
    CHECK(main.report.trust == Trust::stale);
    CHECK(opened(day.files, "small").documents.count("later") == 1);
    const auto after = day.files.everything();
    for (const auto& [path, text] : before)
        if (path.find("/main/") != std::string::npos)
            CHECK(after.at(path + ".replaced-1") == text);
    CHECK_FALSE(day.files.exists("s/changer/import.json"));
    const std::vector<Change> more{{"more", "{}"}};
    REQUIRE(main.store.append(more));
    CHECK(opened(day.files, "main").documents.count("more") == 1);
    REQUIRE(import_state(day.files, ScriptedDay::directory, copy)); // and once more
    CHECK(opened(day.files, "main").documents == day.documents.at("main"));
}

TEST_CASE("a new machine takes a copy over") {
    DayAfter day;
    const auto copy = copy_of(day.files);
    MemoryFiles files;
    REQUIRE(import_state(files, ScriptedDay::directory, copy));
    for (const auto& [library, documents] : day.documents)
        CHECK(opened(files, library).documents == documents);
}

TEST_CASE("a crash or a full disk at any operation of an import leaves all of it or nothing") {
    DayAfter day;
    auto copy = copy_of(day.files);
    for (LibraryCopy& library : copy.libraries)
        library.documents.put("imported", "{}");
    auto dry_run = day.files.after_kill();
    REQUIRE(import_state(*dry_run, ScriptedDay::directory, copy));
    REQUIRE(dry_run->operations() > 20);
    std::size_t imported = 0;
    for (std::size_t operation = 0; operation < dry_run->operations(); ++operation) {
        for (const auto kind : {Fault::Kind::crash, Fault::Kind::no_space}) {
            CAPTURE(operation);
            CAPTURE(static_cast<int>(kind));
            auto files = day.files.after_kill();
            files->fault = Fault{operation, kind, 9};
            const auto outcome = import_state(*files, ScriptedDay::directory, copy);
            for (const bool power_cut : {false, true}) {
                CAPTURE(power_cut);
                auto disk = power_cut ? files->after_power_cut() : files->after_kill();
                const auto has = [&](const std::string& library) {
                    return opened(*disk, library).documents.count("imported") == 1;
                };
                const bool main = has("main");
                CHECK(has("small") == main);
                CHECK((main || !outcome));
                imported += main ? 1 : 0;
                if (!main)
                    CHECK(opened(*disk, "main").documents == day.documents.at("main"));
            }
        }
    }
    CHECK(imported > 0);
    CHECK(imported < dry_run->operations() * 4);
}

TEST_CASE("a copy is not taken between the halves of an import") {
    DayAfter day;
    const auto copy = copy_of(day.files);
    REQUIRE(write_state_copy(day.files, "s/changer/import.json", copy));
    const auto refused = copy_state(day.files, ScriptedDay::directory, moment);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("start changerd once") != std::string::npos);
}

TEST_CASE("an import that is damaged while it waits stops the start with its name") {
    DayAfter day;
    day.files.put("s/changer/import.json", "{}");
    const auto before = day.files.everything();
    const auto refused = StateDirectory::open(ScriptedDay::directory, day.files);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::database_failure);
    CHECK(refused.error().what.find("s/changer/import.json") == 0);
    CHECK(day.files.everything() == before);
}

TEST_SUITE_END();
