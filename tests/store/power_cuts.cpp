// SPDX-License-Identifier: Apache-2.0
// The power goes after each operation of a day: whatever the disk then holds, a start finds every
// change that was acknowledged, and nothing that never was.
#include "store/recorded_disk.hpp"
#include "store/scripted_day.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace changer;
using namespace changer::store;
using namespace changer::test;

namespace {

constexpr std::size_t most_sectors = 40;

/// Runs the day on a recorded disk.
struct RecordedDay {
    RecordedFiles files;
    ScriptedDay day{files};

    RecordedDay() {
        day.operations = [this] { return files.operations.size(); };
        day.fill_disk = [this](bool full) {
            std::uint64_t used = 0;
            for (const auto& [path, text] : files.below.everything())
                used += text.size();
            files.below.capacity_bytes.reset();
            if (full)
                files.below.capacity_bytes = used + 20;
        };
        day.run();
    }
};

/// Starts on what the power cut left; says what is wrong; nothing: "".
std::string judge(MemoryFiles& disk, const ScriptedDay& day, std::size_t operations) {
    const ManualClock clock;
    auto directory = StateDirectory::open(ScriptedDay::directory, disk);
    if (!directory)
        return directory.error().what;
    for (const std::string& library : ScriptedDay::libraries()) {
        const auto home = *directory->library_directory(library);
        const auto expected = day.expected(library, operations);
        auto opened = Store::open(home, disk, directory->reserve(), clock);
        if (!opened)
            return opened.error().what;
        if (opened->report.trust == Trust::needs_inventory)
            return library + " needs an inventory though no byte was damaged";
        if (!expected.allows(opened->documents))
            return fmt::format("{} holds {} documents that are not those of any moment",
                               library,
                               opened->documents.size());
        const std::vector<Change> more{{"next", "{}"}};
        if (auto appended = opened->store.append(more); !appended)
            return appended.error().what;
        auto documents = std::move(opened->documents);
        documents["next"] = "{}";
        const auto again = Store::open(home, disk, directory->reserve(), clock);
        if (!again || again->documents != documents)
            return library + " cannot be written on after the start";
    }
    return "";
}

} // namespace

TEST_SUITE_BEGIN("store/power_cuts");

TEST_CASE("a power cut after any operation of a day loses nothing that was acknowledged") {
    const RecordedDay recorded;
    const auto& operations = recorded.files.operations;
    std::map<std::string, std::size_t> cases;
    std::size_t wrong = 0;
    DiskModel disk;
    for (std::size_t n = 0; n <= operations.size() && wrong < 10; ++n) {
        if (n > 0)
            disk.apply(operations[n - 1]);
        const auto visit = [&](std::string_view what, MemoryFiles& files) {
            ++cases[std::string(what)];
            const auto why = judge(files, recorded.day, n);
            if (why.empty())
                return;
            ++wrong;
            FAIL_CHECK("after " << n << " operations, " << what << ": " << why);
        };
        disk.visit(visit, most_sectors);
    }
    for (const auto& [what, count] : cases)
        MESSAGE(count << " disks " << what << ", after " << operations.size() << " operations");
    CHECK(cases.size() == 3);
}

TEST_CASE("the recorded day is the day: at its end everything acknowledged is there") {
    const RecordedDay recorded;
    CHECK(recorded.day.attempts().size() > 30);
    CHECK(judge(*recorded.files.below.after_kill(), recorded.day, SIZE_MAX).empty());
    for (const Error& error : recorded.day.errors()) {
        CAPTURE(error.what);
        CHECK(error.code == Code::database_full);
    }
    CHECK(recorded.day.errors().size() == 2); // the submissions on the full disk
}

TEST_SUITE_END();
