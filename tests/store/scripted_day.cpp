// SPDX-License-Identifier: Apache-2.0
#include "store/scripted_day.hpp"

#include <fmt/format.h>

namespace changer::test {

using store::Change;
using store::Store;
using store::Urgency;

namespace {

/// An element as the daemon stores it; `claim` tells one observation from another.
Change element(unsigned address, const std::optional<std::string>& barcode, unsigned claim) {
    return {fmt::format("element/{}", address),
            fmt::format(
                R"({{"schema":"changer.element/1","address":{},"type":"storage","full":{},)"
                R"("barcode":{},"provenance":{{"kind":"observed","by":"read","sequence":{}}}}})",
                address,
                barcode ? "true" : "false",
                barcode ? "\"" + *barcode + "\"" : "null",
                claim)};
}

Change job(unsigned number, std::string_view state) {
    return {fmt::format("job/x-{}", number),
            fmt::format(R"({{"schema":"changer.job/1","state":"{}"}})", state)};
}

std::string barcode(unsigned number) {
    return fmt::format("VT{:04}L8", number);
}

} // namespace

void ScriptedDay::note(const Result<void>& outcome) {
    if (!outcome)
        errors_.push_back(outcome.error());
}

void ScriptedDay::open_directory() {
    if (directory_)
        return;
    auto opened = store::StateDirectory::open(directory, files_);
    if (opened)
        directory_ = std::move(*opened);
    else
        errors_.push_back(opened.error());
}

/// Returns a library's store, opening what is not open.
Store* ScriptedDay::store(const std::string& library) {
    open_directory();
    if (!directory_)
        return nullptr;
    if (const auto found = libraries_.find(library); found != libraries_.end())
        return &found->second.store;
    auto opened =
        Store::open(*directory_->library_directory(library), files_, directory_->reserve(), clock_);
    if (!opened) {
        errors_.push_back(opened.error());
        return nullptr;
    }
    return &libraries_.emplace(library, std::move(*opened)).first->second.store;
}

Result<void>
ScriptedDay::append(const std::string& library, std::vector<Change> changes, Urgency urgency) {
    Store* const open = store(library);
    if (open == nullptr)
        return errors_.back(); // why it is not open
    Attempt attempt{library, std::move(changes), urgency, operations(), 0, false};
    auto outcome = open->append(attempt.changes, urgency);
    attempt.ended = operations();
    attempt.acknowledged = static_cast<bool>(outcome);
    attempts_.push_back(std::move(attempt));
    return outcome;
}

Result<void> ScriptedDay::try_change(const std::string& library, Urgency urgency) {
    return append(library, {job(++number_, "queued")}, urgency);
}

void ScriptedDay::inventory(const std::string& library, unsigned elements) {
    std::vector<Change> changes{{"library", fmt::format(R"({{"generation":{}}})", ++number_)}};
    for (unsigned i = 0; i < elements; ++i)
        changes.push_back(element(
            1000 + i, i % 3 == 0 ? std::nullopt : std::optional(barcode(i + number_)), number_));
    note(append(library, std::move(changes)));
}

bool ScriptedDay::submit(const std::string& library) {
    const auto outcome = append(library, {job(++number_, "queued")}, Urgency::may_refuse);
    note(outcome);
    return static_cast<bool>(outcome);
}

void ScriptedDay::move(const std::string& library, unsigned from, unsigned to) {
    if (!submit(library))
        return;
    const unsigned number = number_;
    note(append(library, {job(number, "running")}));
    note(append(library,
                {element(from, std::nullopt, number),
                 element(to, barcode(from), number),
                 job(number, "passed")}));
}

void ScriptedDay::door(const std::string& library) {
    if (!submit(library))
        return;
    const unsigned number = number_;
    for (const char* phase : {"unlocked", "open", "settling", "scanning"})
        note(append(library,
                    {job(number, phase), {"door", fmt::format(R"({{"state":"{}"}})", phase)}}));
    inventory(library, 8);
    note(append(library, {job(number, "passed"), {"door", std::nullopt}}));
}

void ScriptedDay::snapshot(const std::string& library) {
    if (Store* const open = store(library))
        note(open->snapshot());
}

void ScriptedDay::snapshot_beside_changes(const std::string& library) {
    Store* const open = store(library);
    if (open == nullptr)
        return;
    const auto task = open->begin_snapshot();
    if (!task)
        return note(task.error());
    move(library, 1004, 1005);
    const auto outcome = task->run();
    note(outcome);
    submit(library);
    open->finish_snapshot(*task, outcome);
}

void ScriptedDay::full_disk(const std::string& library) {
    fill_disk(true);
    submit(library);
    inventory(library, 8); // what already runs ends
    submit(library);
    fill_disk(false);
    submit(library);
}

void ScriptedDay::restart() {
    libraries_.clear();
    directory_.reset();
    open_directory();
    for (const auto& library : libraries())
        store(library);
}

void ScriptedDay::run() {
    inventory("main", 60);
    move("main", 1001, 1000);
    inventory("small", 5);
    snapshot("main");
    move("main", 1002, 1003);
    snapshot_beside_changes("main");
    move("small", 1001, 1000);
    snapshot("small");
    restart();
    door("main");
    full_disk("main");
    move("small", 1000, 1001);
    snapshot("main");
    snapshot("small");
    restart();
    move("main", 1007, 1006);
    submit("small");
}

Expected ScriptedDay::expected(const std::string& library, std::size_t moment) const {
    store::DocumentSet documents;
    Expected expected;
    for (const Attempt& attempt : attempts_) {
        if (attempt.library != library || attempt.begun > moment)
            continue;
        const bool ended = attempt.ended <= moment;
        if (ended && attempt.acknowledged) {
            documents.apply(attempt.changes);
        } else if (!ended) {
            store::DocumentSet more = documents;
            more.apply(attempt.changes);
            expected.one_more = more.copy();
        }
    }
    expected.acknowledged = documents.copy();
    return expected;
}

} // namespace changer::test
