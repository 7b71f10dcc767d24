// SPDX-License-Identifier: Apache-2.0
#include "device/quirks.hpp"

#include "device/builtin_quirks.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
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

std::string two_rows(const std::string& one, const std::string& other) {
    const auto one_row = [](const std::string& match) {
        return R"({"name":"n","source":"s","match":[)" + match + "]}";
    };
    return R"({"schema":"changer.quirks/1","quirks":[)" + one_row(one) + "," + one_row(other) +
           "]}";
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
    CHECK(names.size() >= 30);
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
    CHECK(quirks.find("QUANTUM", "UHDL", "0100").exchange == false);
    CHECK(quirks.find("Sony", "VAIOChanger1", "1.0").element_types == false);
    CHECK(quirks.find("BREECE", "Q7", "1.0").rescan_after_power_on == true);
    CHECK(quirks.find("QUALSTAR", "TLS", "1.0").drive_identifiers == DriveIdentifiers::never);
    CHECK(quirks.find("HPE", "MSL G3 Series", "9.60").sense_family == scsi::VendorFamily::bdt);
    CHECK(quirks.find("OVERLAND", "NEO Series", "1").first_addresses.import_export ==
          scsi::ElementAddress{0});
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
        row(R"(,"door_kind":"door","timeouts":{"move":90})", R"({"vendor":"TANDBERG"})"));
    directory.write("notes.txt", "not a quirk");
    Quirks quirks = Quirks::builtin();
    REQUIRE(quirks.add_directory(directory.path()));
    const Quirk quirk = quirks.find("TANDBERG", "StorageLoader", "0495");
    CHECK(quirk.door_kind == "several");
    CHECK(quirk.timeouts.at(CommandClass::move) == std::chrono::seconds{90});
    CHECK(quirk.timeouts.at(CommandClass::rescan) == std::chrono::hours{3});
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
        {row(R"(,"timeouts":{"move":-1})"), "/quirks/0/timeouts/move is not a whole number"},
        {row(R"(,"timeouts":{"move":1.5})"), "/quirks/0/timeouts/move is not a whole number"},
        {row(R"(,"timeouts":{"move":86401})"), "/quirks/0/timeouts/move is not a whole number"},
        {row(R"(,"timeouts":{"walk":1})"), "/quirks/0/timeouts/walk is not a member"},
        {row(R"(,"timeouts":{})"), "/quirks/0/timeouts states nothing"},
        {row(R"(,"timeouts":60)"), "/quirks/0/timeouts is not an object"},
        {row(R"(,"drive_identifiers":true)"), "/quirks/0/drive_identifiers is none of"},
        {row(R"(,"transport_address":65536)"), "/quirks/0/transport_address is not a whole"},
        {row(R"(,"max_transfer_bytes":511)"), "/quirks/0/max_transfer_bytes is not a whole"},
        {row(R"(,"addresses":{})"), "/quirks/0/addresses states nothing"},
        {row(R"(,"addresses":{"drive":{}})"), "/quirks/0/addresses/drive is not a member"},
        {row(R"(,"addresses":{"storage":7})"), "/quirks/0/addresses/storage is not an object"},
        {row(R"(,"addresses":{"storage":{"first":1}})"), "/quirks/0/addresses/storage needs both"},
        {row(R"(,"addresses":{"storage":{"first":1,"count":-1}})"),
         "/quirks/0/addresses/storage/count is not a whole number"},
        {row(R"(,"addresses":{"storage":{"first":65535,"count":2}})"),
         "/quirks/0/addresses/storage/count runs past"},
        {row(R"(,"addresses":{"storage":{"first":1,"count":2,"last":2}})"),
         "/quirks/0/addresses/storage/last is not a member"},
        {row(R"(,"first_addresses":{"storage":{}})"),
         "/quirks/0/first_addresses/storage is not a whole number"},
        {row(R"(,"a/b~c":1)"), "/quirks/0/a~1b~0c is not a member"},
        {row(R"(,"prevent":true,"prevent":false)"), "/quirks/0/prevent comes twice"},
        {row("", R"({"vendor":"A"},{"vendor":"A"})"),
         "/quirks/0/match/1 is about the same devices as /quirks/0/match/0"},
        {row("", R"({"vendor":"A","vendor":"B"})"), "/quirks/0/match/0/vendor comes twice"},
        {row("", R"({"vendor":""})"), "/quirks/0/match/0 names nothing"},
        {two_rows(R"({"vendor":"A","product":"X"})", R"({"product":"X","vendor":"A"})"),
         "/quirks/1/match/0 is about the same devices as /quirks/0/match/0"},
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

TEST_CASE("every member is read, and the schema knows each of them") {
    std::ifstream in(EVERY_QUIRK);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto parsed = Quirks::parse(text);
    CAPTURE((parsed ? "" : to_string(parsed.error())));
    REQUIRE(parsed);
    const Quirk quirk = parsed->find("ACME", "ROBOT 9", "0100");
    CHECK(quirk.sense_family == scsi::VendorFamily::sony);
    CHECK(quirk.prevent == false);
    CHECK(quirk.lock_holds_door == true);
    CHECK(quirk.allow_is_for_everybody == true);
    CHECK(quirk.door_kind == "several");
    CHECK(quirk.unlock_hint == "turn the key");
    CHECK(quirk.access_flag == false);
    CHECK(quirk.implicit_unload == true);
    CHECK(quirk.exchange == false);
    CHECK(quirk.tag_search == false);
    CHECK(quirk.element_types == false);
    CHECK(quirk.drive_identifiers == DriveIdentifiers::with_tags);
    CHECK(quirk.max_elements_per_request == 40);
    CHECK(quirk.max_transfer_bytes == 4096);
    CHECK(quirk.rescan == std::vector<std::uint8_t>{0xE7, 0x37, 0x07});
    CHECK(quirk.rescan_after_power_on == true);
    CHECK(quirk.transport_address == scsi::ElementAddress{0});
    using scsi::ElementAddress;
    using scsi::ElementRange;
    CHECK(quirk.addresses.transport == ElementRange{ElementAddress{1}, 1});
    CHECK(quirk.addresses.storage == ElementRange{ElementAddress{0xFFFF}, 1});
    CHECK(quirk.addresses.import_export == ElementRange{ElementAddress{2}, 0});
    CHECK(quirk.addresses.data_transfer == ElementRange{ElementAddress{0}, 0xFFFF});
    CHECK(quirk.first_addresses.transport == ElementAddress{0});
    CHECK(quirk.first_addresses.storage == ElementAddress{1});
    CHECK(quirk.first_addresses.import_export == ElementAddress{2});
    CHECK(quirk.first_addresses.data_transfer == ElementAddress{65535});
    for (std::size_t i = 0; i < command_class_count; ++i)
        CHECK(quirk.timeouts.known.at(i) == std::chrono::seconds{i + 1});
}

TEST_CASE("any one value of another type is refused, with its place or that of what holds it") {
    using nlohmann::json;
    std::ifstream in(EVERY_QUIRK);
    const json every = json::parse(in, nullptr, false);
    REQUIRE(every.is_object());
    std::size_t tried = 0;
    const json places = every.flatten();
    for (const auto& place : places.items())
        for (const json& wrong : {json(), json::parse("[[]]"), json(-1), json(16'777'216)}) {
            json changed = every;
            changed[json::json_pointer(place.key())] = wrong;
            CAPTURE(place.key());
            CAPTURE(wrong.dump());
            const auto parsed = Quirks::parse(changed.dump());
            REQUIRE_FALSE(parsed);
            CAPTURE(parsed.error().what);
            const std::string named = parsed.error().what.substr(0, parsed.error().what.find(' '));
            CHECK(named.size() > 1);
            CHECK(place.key().starts_with(named));
            ++tried;
        }
    CHECK(tried > 150);
}

TEST_CASE("every statement of a later row replaces that of an earlier one, and no other") {
    std::ifstream in(EVERY_QUIRK);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto all = Quirks::parse(text);
    REQUIRE(all);
    const Quirk every = all->find("ACME", "ROBOT 9", "0100");
    Quirk laid_over;
    laid_over.overlay(every);
    laid_over.overlay(Quirk{});
    CHECK(laid_over == every);
    CHECK_FALSE(Quirk{} == every);
}

TEST_CASE("a pipe, a directory or a huge file in the directory is refused, not waited for") {
    const TemporaryDirectory directory;
    const auto refused = [&](std::string_view what) {
        Quirks quirks;
        const auto added = quirks.add_directory(directory.path());
        REQUIRE_FALSE(added);
        CAPTURE(added.error().what);
        CHECK(added.error().what.find(what) != std::string::npos);
    };
    SUBCASE("pipe") {
        REQUIRE(::mkfifo((directory.path() / "a.json").c_str(), 0600) == 0);
        refused("a.json: is not a file");
    }
    SUBCASE("directory") {
        std::filesystem::create_directory(directory.path() / "a.json");
        refused("a.json: is not a file");
    }
    SUBCASE("dangling link") {
        std::filesystem::create_symlink("nowhere", directory.path() / "a.json");
        refused("a.json: is not a file");
    }
    SUBCASE("huge") {
        directory.write("a.json", std::string(1024 * 1024 + 1, ' '));
        refused("a.json: is larger than a megabyte");
    }
    SUBCASE("the largest that is read") {
        directory.write("a.json", std::string(1024 * 1024, ' '));
        refused("a.json: not JSON at line 1");
    }
}

TEST_CASE("a file nested without end is refused, not followed") {
    CHECK_FALSE(Quirks::parse(std::string(100'000, '[')));
}

TEST_SUITE_END();

TEST_CASE("rows read on demand say the same of every device as all of them") {
    const Quirks on_demand = Quirks::builtin_on_demand();
    CHECK(on_demand.rows().empty());
    for (const QuirkRow& row : Quirks::builtin().rows())
        for (const QuirkMatch& match : row.matches) {
            CAPTURE(row.name);
            REQUIRE_FALSE(match.vendor.empty()); // such a row would be found for nobody
            for (const std::string& product : {match.product, match.product + "-X", std::string()})
                for (const std::string& revision :
                     {match.revision_from, match.revision_to, std::string("0001")})
                    CHECK(on_demand.find(match.vendor, product, revision) ==
                          Quirks::builtin().find(match.vendor, product, revision));
        }
    for (const std::string vendor : {"", "NOBODY", "\"", "\",\"", "vendor", "{", "}", "\\"}) {
        CAPTURE(vendor);
        CHECK(on_demand.find(vendor, "vendor", "1") == Quirk{});
    }
}
