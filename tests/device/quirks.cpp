// SPDX-License-Identifier: Apache-2.0
#include "device/quirks.hpp"

#include "device/builtin_quirks.hpp"

#include <doctest/doctest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace changer;

TEST_SUITE_BEGIN("device/quirks");

namespace {

/// A document of one row; `members` come after name, source and match.
std::string row(std::string_view members, std::string_view match = R"({"vendor":"ACME"})") {
    return R"({"schema":"changer.quirks/1","quirks":[{"name":"n","source":"s","match":[)" +
           std::string(match) + "]" + std::string(members) + "}]}";
}

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "changer-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

    void write(const std::string& name, std::string_view text) const {
        std::ofstream(path_ / name) << text;
    }

  private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("every row compiled in is read, has a source and a name of its own") {
    const auto parsed = Quirks::parse(builtin_quirks_json);
    CHECK_MESSAGE(parsed, (parsed ? "" : to_string(parsed.error())));
    REQUIRE(parsed);
    CHECK(parsed->rows().size() == Quirks::builtin().rows().size());
    std::set<std::string> names;
    for (const QuirkRow& row : parsed->rows()) {
        CAPTURE(row.name);
        CHECK(names.insert(row.name).second);
        CHECK(row.source.size() > 5);
    }
    CHECK(names.size() >= 13);
}

TEST_CASE("what is known of the door follows from INQUIRY, padded or not") {
    const Quirks& quirks = Quirks::builtin();
    const Quirk ibm = quirks.find("IBM     ", "03584L32        ", "2C02");
    CHECK(ibm.lock_holds_door == false);
    CHECK(ibm.allow_is_for_everybody == true);
    CHECK(ibm.rescan == std::vector<std::uint8_t>{0x07, 0xE7});
    CHECK(quirks.find("IBM", "3573-TL", "6.50").sense_family == scsi::VendorFamily::bdt);
    CHECK(quirks.find("TANDBERG", "StorageLoader", "0495").lock_holds_door == true);
    CHECK(quirks.find("IET", "VIRTUAL-CHANGER", "0001").access_flag == false);
    CHECK_FALSE(quirks.find("STK", "L700", "0010").lock_holds_door);
}

TEST_CASE("nothing is known of a device without a row") {
    const Quirk quirk = Quirks::builtin().find("ACME", "ROBOT 9", "0100");
    CHECK_FALSE(quirk.sense_family);
    CHECK_FALSE(quirk.lock_holds_door);
    CHECK(quirk.rescan.empty());
    CHECK(quirk.door_kind.empty());
}

TEST_CASE("a row is for the revisions it names") {
    const auto quirks = Quirks::parse(
        row(R"(,"implicit_unload":true)",
            R"({"vendor":"ACME","product":"ROBOT","revision_from":"0100","revision_to":"0199"})"));
    REQUIRE(quirks);
    CHECK(quirks->find("ACME", "ROBOT 9", "0100").implicit_unload);
    CHECK(quirks->find("ACME", "ROBOT 9", "0199").implicit_unload);
    CHECK_FALSE(quirks->find("ACME", "ROBOT 9", "0099").implicit_unload);
    CHECK_FALSE(quirks->find("ACME", "ROBOT 9", "0200").implicit_unload);
    CHECK_FALSE(quirks->find("ACME", "ARM", "0100").implicit_unload);
    CHECK_FALSE(quirks->find("ACMEX", "ROBOT 9", "0100").implicit_unload);
}

TEST_CASE("files of the user are laid over what is compiled in, statement by statement") {
    const TemporaryDirectory directory;
    directory.write("20.json", row(R"(,"door_kind":"several")", R"({"vendor":"TANDBERG"})"));
    directory.write(
        "10.json",
        row(R"(,"door_kind":"door","move_timeout_seconds":90)", R"({"vendor":"TANDBERG"})"));
    directory.write("notes.txt", "not a quirk");
    Quirks quirks = Quirks::builtin();
    REQUIRE(quirks.add_directory(directory.path()));
    const Quirk quirk = quirks.find("TANDBERG", "StorageLoader", "0495");
    CHECK(quirk.door_kind == "several");
    CHECK(quirk.move_timeout == std::chrono::seconds{90});
    CHECK(quirk.lock_holds_door == true);
}

TEST_CASE("a directory that is not there holds no files; one bad file spoils none of the rest") {
    Quirks quirks = Quirks::builtin();
    CHECK(quirks.add_directory("/nonexistent/quirks.d"));
    const TemporaryDirectory directory;
    directory.write("a.json", row(R"(,"implicit_unload":true)"));
    directory.write("b.json", "{");
    const auto added = quirks.add_directory(directory.path());
    REQUIRE_FALSE(added);
    CHECK(added.error().code == Code::malformed_document);
    CHECK(added.error().what.find("b.json") != std::string::npos);
    CHECK(quirks.rows().size() == Quirks::builtin().rows().size());
}

TEST_CASE("a mistake is named with the place where it stands") {
    struct Mistake {
        std::string text;
        std::string_view what;
    };

    const std::vector<Mistake> mistakes{
        {"", "not JSON at line 1, column 1"},
        {"{\n  \"schema\": oops }", "not JSON at line 2"},
        {"[]", "is not an object"},
        {R"({"quirks":[]})", "/schema is not"},
        {R"({"schema":"changer.quirks/2","quirks":[]})", "/schema is not"},
        {R"({"schema":"changer.quirks/1"})", "/quirks is not a list"},
        {R"({"schema":"changer.quirks/1","quirks":[7]})", "/quirks/0 is not an object"},
        {R"({"schema":"changer.quirks/1","quirks":[],"x":1})", "/x is not a member known here"},
        {R"({"schema":"changer.quirks/1","quirks":[{}]})", "/quirks/0/name is missing"},
        {row("", "{}"), "/quirks/0/match/0 names nothing"},
        {row("", R"({"vendor":1})"), "/quirks/0/match/0/vendor is not a string"},
        {row("", R"({"model":"x"})"), "/quirks/0/match/0/model is not a member"},
        {row(R"(,"sense_family":"acme")"), "/quirks/0/sense_family is not a family"},
        {row(R"(,"lock_holds_door":"yes")"), "/quirks/0/lock_holds_door is neither"},
        {row(R"(,"door_kind":"hatch")"), "/quirks/0/door_kind is none of"},
        {row(R"(,"move_timeout_seconds":-1)"), "/quirks/0/move_timeout_seconds is not a whole"},
        {row(R"(,"max_elements_per_request":65536)"), "/quirks/0/max_elements_per_request is not"},
        {row(R"(,"rescan":[])"), "/quirks/0/rescan is not a list"},
        {row(R"(,"rescan":["E8h"])"), "/quirks/0/rescan is not a list"},
        {row(R"(,"lock_hold_door":true)"), "/quirks/0/lock_hold_door is not a member"},
    };
    for (const Mistake& mistake : mistakes) {
        CAPTURE(mistake.text);
        const auto parsed = Quirks::parse(mistake.text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == Code::malformed_document);
        CAPTURE(parsed.error().what);
        CHECK(parsed.error().what.find(mistake.what) != std::string::npos);
    }
}

TEST_CASE("a file nested without end is refused, not followed") {
    CHECK_FALSE(Quirks::parse(std::string(100'000, '[')));
}

TEST_SUITE_END();
