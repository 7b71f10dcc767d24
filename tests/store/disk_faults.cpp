// SPDX-License-Identifier: Apache-2.0
// A day on a disk that fills up at any operation, and on one that fails at any sync.
#include "store/memory_files.hpp"
#include "store/scripted_day.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace changer;
using namespace changer::store;
using namespace changer::test;

namespace {

/// The log of a day on which nothing fails.
std::vector<std::string> undisturbed() {
    MemoryFiles files;
    ScriptedDay day(files);
    day.run();
    REQUIRE(day.errors().empty());
    return files.log();
}

bool takes_room(const std::string& operation) {
    return operation.starts_with("write ") || operation.starts_with("create ") ||
           operation.starts_with("allocate ");
}

bool any(const std::vector<Error>& errors, Code code) {
    return std::any_of(
        errors.begin(), errors.end(), [&](const Error& error) { return error.code == code; });
}

Documents documents(MemoryFiles& files, const std::string& library) {
    const ManualClock clock;
    Reserve reserve(files, ScriptedDay::directory);
    const auto home = fmt::format("{}/libraries/{}", ScriptedDay::directory, library);
    auto opened = Store::open(home, files, reserve, clock);
    REQUIRE(opened);
    CHECK(opened->report.trust == Trust::whole);
    return std::move(opened->documents);
}

/// Room is there again: everything goes on as if nothing had been.
void check_service(ScriptedDay& day, MemoryFiles& files) {
    for (const std::string& library : ScriptedDay::libraries()) {
        CAPTURE(library);
        CHECK(day.try_change(library, Urgency::may_refuse));
        CHECK(day.try_change(library, Urgency::must_record));
        CHECK(documents(files, library) == day.expected(library).acknowledged);
    }
    CHECK(files.text(std::string(ScriptedDay::directory) + "/reserve").size() ==
          Reserve::size_bytes);
}

} // namespace

TEST_SUITE_BEGIN("store/disk_faults");

TEST_CASE("a disk without room for one operation refuses it as full and goes on with the next") {
    const auto log = undisturbed();
    std::size_t cases = 0;
    for (std::size_t operation = 0; operation < log.size(); ++operation) {
        if (!takes_room(log[operation]))
            continue;
        for (const std::size_t partial : {std::size_t{0}, std::size_t{20}, std::size_t{600}}) {
            CAPTURE(operation);
            CAPTURE(log[operation]);
            CAPTURE(partial);
            ++cases;
            MemoryFiles files;
            files.fault = Fault{operation, Fault::Kind::no_space, partial};
            ScriptedDay day(files);
            day.run();
            CHECK_FALSE(any(day.errors(), Code::database_failure));
            check_service(day, files);
        }
    }
    MESSAGE(cases << " days with one operation refused for want of room");
}

TEST_CASE("a disk that fills up at any operation refuses new work and records what runs") {
    const auto log = undisturbed();
    const auto reserved = static_cast<std::size_t>(
        std::find(log.begin(), log.end(), "sync s/changer/reserve") - log.begin());
    REQUIRE(reserved < log.size());
    std::size_t cases = 0;
    for (std::size_t operation = 0; operation < log.size(); ++operation) {
        CAPTURE(operation);
        CAPTURE(log[operation]);
        ++cases;
        MemoryFiles files;
        files.full_from = operation;
        ScriptedDay day(files);
        day.run();
        CHECK_FALSE(any(day.errors(), Code::database_failure));
        for (const Attempt& attempt : day.attempts())
            if (operation > reserved && attempt.urgency == Urgency::must_record)
                CHECK(attempt.acknowledged);
        for (const std::string& library : ScriptedDay::libraries()) {
            const auto refused = day.try_change(library, Urgency::may_refuse);
            CHECK((refused || refused.error().code == Code::database_full));
        }
        files.make_room();
        check_service(day, files);
    }
    MESSAGE(cases << " days on a disk that filled up");
}

TEST_CASE("a disk that fails at any sync ends in database_failure until a restart, which finds "
          "everything acknowledged") {
    const auto log = undisturbed();
    std::size_t cases = 0;
    for (std::size_t operation = 0; operation < log.size(); ++operation) {
        if (!log[operation].starts_with("sync "))
            continue;
        CAPTURE(operation);
        CAPTURE(log[operation]);
        ++cases;
        MemoryFiles files;
        files.fault = Fault{operation, Fault::Kind::io_error};
        ScriptedDay day(files);
        day.run();
        CHECK(any(day.errors(), Code::database_failure));
        CHECK_FALSE(any(day.errors(), Code::database_full));
        day.restart();
        for (const std::string& library : ScriptedDay::libraries()) {
            CAPTURE(library);
            CHECK(documents(files, library) == day.expected(library).acknowledged);
            CHECK(day.try_change(library, Urgency::may_refuse));
        }
    }
    MESSAGE(cases << " days with one failed sync");
}

TEST_SUITE_END();
