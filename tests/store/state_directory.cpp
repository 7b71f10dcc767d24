// SPDX-License-Identifier: Apache-2.0
#include "store/state_directory.hpp"

#include "store/memory_files.hpp"
#include "store/store.hpp"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace changer;
using namespace changer::store;
using changer::test::MemoryFiles;

namespace {

/// A directory of the machine that is gone at the end of the test.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = std::filesystem::temp_directory_path() / "changer-store-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

unsigned mode(const std::string& path) {
    struct stat about {};

    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777u;
}

void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

} // namespace

TEST_SUITE_BEGIN("store/state_directory");

TEST_CASE("a state directory is made with everything in it, closed to others") {
    const TemporaryDirectory temporary;
    const std::string path = temporary.file("var/lib/changer");
    SystemFiles files;
    auto directory = StateDirectory::open(path, files);
    REQUIRE(directory);
    CHECK(mode(path) == 0750u);
    CHECK(std::filesystem::file_size(path + "/reserve") == Reserve::size_bytes);
    CHECK_FALSE(directory->reserve().given_up());
    CHECK(std::filesystem::exists(path + "/format"));
    CHECK(std::filesystem::is_directory(path + "/libraries"));
}

TEST_CASE("a second daemon is refused with a sentence, and let in when the first is gone") {
    const TemporaryDirectory temporary;
    SystemFiles files;
    {
        const auto first = StateDirectory::open(temporary.file("s"), files);
        REQUIRE(first);
        const auto second = StateDirectory::open(temporary.file("s"), files);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::busy);
        CHECK(second.error().what.find("another changerd already uses " + temporary.file("s")) ==
              0);
    }
    CHECK(StateDirectory::open(temporary.file("s"), files));
}

TEST_CASE("a directory of a newer version, or of something else, is refused and left alone") {
    const TemporaryDirectory temporary;
    SystemFiles files;
    REQUIRE(files.make_directory(temporary.file("s")));
    write(temporary.file("s/format"), "{\"schema\":\"changer.format/2\"}\n");
    const auto newer = StateDirectory::open(temporary.file("s"), files);
    REQUIRE_FALSE(newer);
    CHECK(newer.error().code == Code::database_failure);
    CHECK(newer.error().what.find("newer changerd") != std::string::npos);
    write(temporary.file("s/format"), "shopping list\n");
    const auto other = StateDirectory::open(temporary.file("s"), files);
    REQUIRE_FALSE(other);
    CHECK(other.error().what.find("right state_directory") != std::string::npos);
    CHECK(*files.read(temporary.file("s/format")) == "shopping list\n");
}

TEST_CASE("a power cut at any operation of the first start leaves a directory that starts") {
    for (std::size_t operation = 0; true; ++operation) {
        CAPTURE(operation);
        MemoryFiles files;
        files.fault = test::Fault{operation, test::Fault::Kind::crash, 5};
        const bool whole = static_cast<bool>(StateDirectory::open("d", files));
        for (const auto& left : {files.after_power_cut(), files.after_kill()}) {
            const auto again = StateDirectory::open("d", *left);
            CHECK(again);
            CHECK(left->text("d/format") == "{\"schema\":\"changer.format/1\"}\n");
        }
        if (whole)
            break;
    }
}

TEST_CASE("an empty format file, as a power cut used to leave it, is written again") {
    MemoryFiles files;
    files.put("d/format", "");
    CHECK(StateDirectory::open("d", files));
    CHECK(files.text("d/format") == "{\"schema\":\"changer.format/1\"}\n");
}

TEST_CASE("a directory whose name cannot be made durable in its parent is not counted as made") {
    const TemporaryDirectory temporary;
    const std::string parent = temporary.file("p");
    SystemFiles files;
    REQUIRE(files.make_directory(parent));
    std::filesystem::permissions(temporary.file(""), std::filesystem::perms(0755));
    const uid_t nobody = 65534;
    const bool root = ::geteuid() == 0;
    if (root) // to whom permissions mean nothing
        REQUIRE(::chown(parent.c_str(), nobody, nobody) == 0);
    std::filesystem::permissions(parent, std::filesystem::perms(0300)); // cannot be opened
    if (root)
        ::setfsuid(nobody);
    const auto made = files.make_directory(parent + "/x");
    if (root)
        ::setfsuid(0);
    std::filesystem::permissions(parent, std::filesystem::perms(0700));
    CHECK(std::filesystem::exists(parent + "/x"));
    REQUIRE_FALSE(made);
    CHECK(made.error().what.find(parent) != std::string::npos);
}

TEST_CASE("a place where no directory can be is refused with its name") {
    const TemporaryDirectory temporary;
    SystemFiles files;
    write(temporary.file("file"), "");
    const auto refused = StateDirectory::open(temporary.file("file"), files);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::database_failure);
    CHECK(refused.error().what.find(temporary.file("file")) != std::string::npos);
}

TEST_CASE("a full disk still lets the daemon start, refusing new work") {
    MemoryFiles files;
    files.capacity_bytes = 1000;
    auto directory = StateDirectory::open("d", files);
    REQUIRE(directory);
    CHECK(directory->reserve().given_up());
    CHECK_FALSE(files.exists("d/reserve"));
}

TEST_CASE("a library's directory follows from its id, and only from a legal one") {
    MemoryFiles files;
    auto directory = StateDirectory::open("d", files);
    REQUIRE(directory);
    CHECK(*directory->library_directory("main-2") == "d/libraries/main-2");
    for (const char* id : {"", "..", "a/b", "Main", "a b", "abcdefghijklmnopqrstuvwxyz0123456"}) {
        CAPTURE(id);
        const auto refused = directory->library_directory(id);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::invalid_parameter);
    }
}

TEST_CASE("a store lives on the machine's disk over restarts") {
    const TemporaryDirectory temporary;
    SystemFiles files;
    const SystemClock clock;
    auto directory = StateDirectory::open(temporary.file("s"), files);
    REQUIRE(directory);
    const auto home = directory->library_directory("main");
    for (int n = 0; n < 3; ++n) {
        auto opened = Store::open(*home, files, directory->reserve(), clock);
        REQUIRE(opened);
        CHECK(opened->documents.size() == static_cast<std::size_t>(n));
        const std::vector<Change> changes{{"k" + std::to_string(n), "{}"}};
        REQUIRE(opened->store.append(changes));
        if (n == 1)
            REQUIRE(opened->store.snapshot());
    }
    CHECK(*files.list(*home) ==
          std::vector<std::string>{"journal-1.jsonl", "journal-3.jsonl", "state.json"});
    // A cut on the real disk, as a crash makes it.
    const std::string journal = *home + "/journal-3.jsonl";
    std::filesystem::resize_file(journal, std::filesystem::file_size(journal) - 1);
    const auto opened = Store::open(*home, files, directory->reserve(), clock);
    REQUIRE(opened);
    CHECK(opened->report.trust == Trust::stale);
    CHECK(opened->documents.size() == 2);
}

TEST_CASE("a snapshot that is not a regular file stops the start with its name") {
    const TemporaryDirectory temporary;
    SystemFiles files;
    const SystemClock clock;
    Reserve reserve(files, temporary.file("s"));
    REQUIRE(files.make_directory(temporary.file("s/x/state.json")));
    const auto refused = Store::open(temporary.file("s/x"), files, reserve, clock);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::database_failure);
    CHECK(refused.error().what.find("s/x/state.json") != std::string::npos);
}

TEST_SUITE_END();
