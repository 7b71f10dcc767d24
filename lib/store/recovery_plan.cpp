// SPDX-License-Identifier: Apache-2.0
#include "store/recovery_plan.hpp"

#include "store/journal.hpp"
#include "store/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::store {
namespace {

Error newer_file(std::string_view path) {
    return {Code::database_failure,
            fmt::format("{} was written by a newer changerd; install that version again, or move "
                        "the file away and take an inventory",
                        path)};
}

/// A journal that holds at least one byte.
struct JournalBytes {
    std::uint64_t first_seq = 0;
    std::string bytes;
};

/// Builds the plan of one directory.
class Planner {
  public:
    Planner(const std::string& directory, FileLayer& files, const Schema& schema)
        : directory_(directory)
        , files_(files)
        , schema_(schema) {}

    Result<RecoveryPlan> plan();

  private:
    std::string path(std::string_view name) const { return fmt::format("{}/{}", directory_, name); }

    void tell(std::string message) { report().messages.push_back(std::move(message)); }

    void lose(std::string message);

    RecoveryReport& report() { return plan_.state.report; }

    Result<void> load_journals();
    Result<void> load_snapshots();
    Result<bool> load_snapshot(std::string_view name);
    void judge_beginning();
    Result<void> replay();
    Result<void> replay(const JournalBytes& journal, bool last);
    void judge_end(const JournalReading& reading, const JournalBytes& journal, bool last);
    Result<void> apply(const JournalReading& reading, std::string_view name);
    Result<void> bring_to(std::uint64_t version, std::string_view name);
    Result<void> migrate_rest();

    std::string directory_;
    FileLayer& files_;
    const Schema& schema_;
    std::vector<JournalBytes> journals_; ///< ascending
    RecoveryPlan plan_;
    std::uint64_t version_ = 0; ///< of the documents; 0 while there are none
    bool any_snapshot_ = false;
    bool broken_ = false; ///< a record is missing: nothing after it can be applied
};

void Planner::lose(std::string message) {
    report().trust = Trust::needs_inventory;
    plan_.damaged = true;
    tell(std::move(message));
}

/// Reads the journals that may hold records the snapshot does not have: back from the last to the
/// one that the snapshot's next record falls into.
Result<void> Planner::load_journals() {
    std::vector<std::uint64_t> first_seqs;
    for (const std::string& name : plan_.names) {
        if (name == unfinished_state_name)
            plan_.leftovers.push_back(name);
        if (const auto first_seq = journal_first_seq(name))
            first_seqs.push_back(*first_seq);
    }
    std::sort(first_seqs.rbegin(), first_seqs.rend());
    bool needed = true;
    for (const std::uint64_t first_seq : first_seqs) {
        if (!needed) {
            plan_.state.old_journals.push_back(first_seq);
            continue;
        }
        auto bytes = files_.read(path(journal_name(first_seq)));
        if (!bytes)
            return std::move(bytes).error();
        needed = first_seq > plan_.state.seq + 1;
        if (bytes->empty())
            plan_.leftovers.push_back(journal_name(first_seq));
        else
            journals_.push_back({first_seq, std::move(*bytes)});
    }
    std::reverse(journals_.begin(), journals_.end());
    std::reverse(plan_.state.old_journals.begin(), plan_.state.old_journals.end());
    return {};
}

/// Loads one snapshot; false if it is not there or damaged.
Result<bool> Planner::load_snapshot(std::string_view name) {
    auto bytes = files_.read(path(name));
    if (!bytes && bytes.error().code == Code::not_found)
        return false;
    if (!bytes)
        return std::move(bytes).error();
    auto reading = read_snapshot(*bytes, schema_.current);
    if (reading.state == SnapshotReading::State::newer)
        return newer_file(path(name));
    if (reading.state == SnapshotReading::State::bad) {
        tell(fmt::format("{} is damaged", path(name)));
        plan_.bad_snapshots.emplace_back(name);
        return false;
    }
    plan_.state.documents = std::move(reading.documents);
    plan_.state.seq = reading.seq;
    version_ = reading.version;
    report().trust = reading.trust;
    return true;
}

Result<void> Planner::load_snapshots() {
    auto loaded = load_snapshot(state_name);
    if (loaded && *loaded) {
        plan_.state.snapshot_seq = plan_.state.seq;
        plan_.state.since_snapshot.emplace();
    }
    if (loaded && !*loaded)
        loaded = load_snapshot(previous_state_name);
    if (!loaded)
        return std::move(loaded).error();
    any_snapshot_ = *loaded;
    return {};
}

/// Says what the absence of a snapshot means.
void Planner::judge_beginning() {
    if (any_snapshot_)
        return;
    const auto is_corrupt = [](const std::string& name) {
        return name.find(".corrupt-") != std::string::npos;
    };
    const bool nothing = plan_.bad_snapshots.empty() && journals_.empty();
    report().fresh = nothing && std::none_of(plan_.names.begin(), plan_.names.end(), is_corrupt);
    if (nothing && !report().fresh) // a crash between setting files aside and saving what is left
        lose(fmt::format("{} holds nothing but damaged files", directory_));
    if (!nothing && (journals_.empty() || journals_.front().first_seq != 1))
        lose(fmt::format("no snapshot in {} can be read", directory_));
}

/// Brings the documents to a later schema.
Result<void> Planner::bring_to(std::uint64_t version, std::string_view name) {
    if (version_ == 0) // there is nothing to bring
        version_ = version;
    if (version_ == version)
        return {};
    auto done = migrate(plan_.state.documents, version_, version, schema_);
    if (!done)
        return std::move(done).error().in(path(name));
    version_ = version;
    plan_.state.since_snapshot.reset();
    return {};
}

Result<void> Planner::apply(const JournalReading& reading, std::string_view name) {
    for (const Record& record : reading.records) {
        if (record.seq <= plan_.state.seq)
            continue; // the snapshot has it
        if (auto brought = bring_to(reading.version, name); !brought)
            return brought;
        plan_.state.documents.apply(record.changes);
        if (auto& since = plan_.state.since_snapshot)
            for (const Change& change : record.changes)
                since->insert_or_assign(change.key, change.value);
        plan_.state.seq = record.seq;
    }
    return {};
}

/// Brings everything to the current schema; what is written next goes to a journal of its own.
Result<void> Planner::migrate_rest() {
    auto& state = plan_.state;
    const auto found = std::exchange(version_, version_ == 0 ? schema_.current : version_);
    if (version_ == schema_.current)
        return {};
    if (auto brought = bring_to(schema_.current, ""); !brought)
        return brought;
    plan_.migrated = true;
    tell(fmt::format("{} was brought from schema {} to {}", directory_, found, schema_.current));
    if (state.active.records > 0)
        state.old_journals.push_back(state.active.first_seq);
    state.active = {state.seq + 1, 0, 0};
    return {};
}

void Planner::judge_end(const JournalReading& reading, const JournalBytes& journal, bool last) {
    const std::string name = journal_name(journal.first_seq);
    if (reading.end == JournalEnd::torn && last) {
        plan_.torn = {name, reading.good_bytes, journal.bytes.substr(reading.good_bytes)};
        plan_.damaged = true;
        report().trust = std::max(report().trust, Trust::stale);
        tell(fmt::format("{} ended in an unfinished record; {} bytes were cut off and kept aside",
                         path(name),
                         plan_.torn->bytes.size()));
    } else if (reading.end != JournalEnd::whole) {
        broken_ = true;
        plan_.bad_journals.push_back(name);
        lose(fmt::format("{} is damaged: {}", path(name), reading.why));
    }
}

Result<void> Planner::replay(const JournalBytes& journal, bool last) {
    auto reading = read_journal(journal.bytes, journal.first_seq, schema_.current);
    const std::string name = journal_name(journal.first_seq);
    if (reading.end == JournalEnd::newer)
        return newer_file(path(name));
    auto& state = plan_.state;
    const bool gap = journal.first_seq > state.seq + 1 && !reading.records.empty();
    const bool news = journal.first_seq + reading.records.size() > state.seq + 1;
    const bool backwards = news && reading.version < version_;
    if (!broken_ && gap)
        lose(fmt::format("{} begins with record {}, but records from {} on are missing",
                         path(name),
                         journal.first_seq,
                         state.seq + 1));
    else if (!broken_ && backwards)
        lose(fmt::format("{} is of an older schema than what came before it", path(name)));
    broken_ = broken_ || gap || backwards;
    if (broken_) {
        plan_.bad_journals.push_back(name);
        return {};
    }
    const std::uint64_t records = reading.records.size();
    if (auto applied = apply(reading, name); !applied)
        return applied;
    judge_end(reading, journal, last);
    const bool ends_here = last && !broken_ && journal.first_seq + records == state.seq + 1;
    const bool covered = records > 0 && state.snapshot_seq == state.seq;
    if (ends_here && !covered)
        state.active = {journal.first_seq, reading.good_bytes, records};
    else
        state.old_journals.push_back(journal.first_seq);
    return {};
}

Result<void> Planner::replay() {
    for (std::size_t i = 0; i < journals_.size(); ++i) {
        if (auto replayed = replay(journals_[i], i + 1 == journals_.size()); !replayed)
            return replayed;
    }
    auto& state = plan_.state;
    if (state.active.records == 0)
        state.active = {state.seq + 1, 0, 0};
    return {};
}

Result<RecoveryPlan> Planner::plan() {
    auto names = files_.list(directory_);
    if (!names)
        return std::move(names).error();
    plan_.names = std::move(*names);
    if (auto loaded = load_snapshots(); !loaded)
        return std::move(loaded).error();
    if (auto loaded = load_journals(); !loaded)
        return std::move(loaded).error();
    judge_beginning();
    if (auto replayed = replay(); !replayed)
        return std::move(replayed).error();
    if (auto migrated = migrate_rest(); !migrated)
        return std::move(migrated).error();
    return std::move(plan_);
}

} // namespace

Result<RecoveryPlan>
plan_recovery(const std::string& directory, FileLayer& files, const Schema& schema) {
    return Planner(directory, files, schema).plan();
}

} // namespace changer::store
