// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include "store/journal.hpp"

#include <fmt/format.h>

namespace changer::store {

Store::Store(std::string directory, FileLayer& files, Reserve& reserve, StoreOptions options)
    : directory_(std::move(directory))
    , files_(&files)
    , reserve_(&reserve)
    , options_(options) {}

std::string Store::path(std::string_view name) const {
    return fmt::format("{}/{}", directory_, name);
}

Result<OpenedStore> Store::open(std::string directory,
                                FileLayer& files,
                                Reserve& reserve,
                                const Clock& clock,
                                StoreOptions options) {
    if (auto made = files.make_directory(directory); !made)
        return std::move(made).error();
    auto recovered = recover(directory, files, reserve, clock, options.schema);
    if (!recovered)
        return std::move(recovered).error();
    Store store(std::move(directory), files, reserve, options);
    if (recovered->since_snapshot) {
        store.base_ = recovered->snapshot_seq;
        store.changed_ = std::move(*recovered->since_snapshot);
    }
    auto documents = recovered->documents.take();
    if (!store.base_)
        store.changed_.insert(documents.begin(), documents.end());
    store.seq_ = recovered->seq;
    store.snapshot_seq_ = recovered->snapshot_seq;
    store.old_journals_ = std::move(recovered->old_journals);
    store.active_ = recovered->active;
    return OpenedStore{std::move(store), std::move(documents), std::move(recovered->report)};
}

Error Store::fail(const Error& cause) {
    failure_ =
        Error{Code::database_failure,
              fmt::format("{}; nothing more is recorded until changerd is restarted", cause.what)};
    return *failure_;
}

/// Opens the active journal; one that is new is in its directory before a record counts on it.
Result<void> Store::open_journal() {
    if (journal_)
        return {};
    auto file = files_->open(path(journal_name(active_.first_seq)));
    if (!file)
        return std::move(file).error();
    if (active_.records == 0) {
        if (auto synced = files_->sync_directory(directory_); !synced)
            return fail(synced.error());
    }
    journal_ = std::move(*file);
    return {};
}

Result<void> Store::write_record(std::string_view line) {
    if (auto opened = open_journal(); !opened)
        return opened;
    if (auto written = journal_->write_at(active_.size_bytes, line); !written) {
        auto undone = journal_->truncate(active_.size_bytes);
        if (!undone || written.error().code != Code::database_full)
            return fail(undone ? written.error() : undone.error());
        return written;
    }
    if (auto synced = journal_->sync(); !synced) {
        // What reached the disk is unknown now. Cutting makes it likelier that a restart does not
        // find what is refused here; whether that works changes nothing.
        if (auto cut = journal_->truncate(active_.size_bytes); !cut)
            return fail(synced.error());
        return fail(synced.error());
    }
    return {};
}

Result<void> Store::append(std::span<const Change> changes, Urgency urgency) {
    if (failure_)
        return *failure_;
    if (changes.empty())
        return {};
    if (urgency == Urgency::may_refuse && reserve_->given_up())
        if (auto refilled = reserve_->refill(); !refilled)
            return std::move(refilled).error();
    const auto line =
        encode_record(seq_ + 1, changes, active_.records == 0, options_.schema.current);
    if (!line)
        return line.error();
    auto written = write_record(*line);
    if (!written && written.error().code == Code::database_full) {
        reserve_->give_up();
        if (urgency == Urgency::must_record)
            written = write_record(*line);
    }
    if (!written)
        return written;
    for (const Change& change : changes)
        changed_.insert_or_assign(change.key, change.value);
    ++seq_;
    ++active_.records;
    active_.size_bytes += line->size();
    return {};
}

bool Store::snapshot_due() const {
    return !failure_ && !snapshot_running_ &&
           (active_.size_bytes >= options_.journal_bytes ||
            active_.records >= options_.journal_records);
}

Result<SnapshotTask> Store::begin_snapshot() {
    if (failure_)
        return *failure_;
    if (snapshot_running_)
        return Error{Code::busy, fmt::format("a snapshot of {} is being written", directory_)};
    if (active_.records > 0) {
        // From here on appends go to the new journal: the old one ends with what the snapshot has.
        const ActiveJournal full = active_;
        auto file = std::exchange(journal_, nullptr);
        active_ = {seq_ + 1, 0, 0};
        if (auto opened = open_journal(); !opened) {
            active_ = full;
            journal_ = std::move(file);
            return std::move(opened).error();
        }
        old_journals_.push_back(full.first_seq);
    }
    snapshot_running_ = true;
    settling_ = std::make_shared<const ChangedDocuments>(std::exchange(changed_, {}));
    return SnapshotTask(*files_, directory_, {seq_, base_, settling_, options_.schema.current});
}

void Store::finish_snapshot(const SnapshotTask& task, const Result<void>& outcome) {
    snapshot_running_ = false;
    if (!outcome && outcome.error().code != Code::database_full)
        fail(outcome.error()); // the journal may be good still, but this disk is not
    const auto settled = std::exchange(settling_, nullptr);
    if (!outcome) { // the next one has all of it to add
        changed_.insert(settled->begin(), settled->end());
        return;
    }
    base_ = task.seq();
    const auto previous = std::exchange(snapshot_seq_, task.seq());
    while (previous && !old_journals_.empty()) {
        const auto next = old_journals_.size() > 1 ? old_journals_[1] : active_.first_seq;
        // state.json.bak is the snapshot before this one: what it covers nobody needs any more.
        if (next > *previous + 1)
            return;
        const auto removed = files_->remove(path(journal_name(old_journals_.front())));
        if (!removed && removed.error().code != Code::not_found)
            return; // tried again after the next snapshot
        old_journals_.erase(old_journals_.begin());
    }
}

Result<void> Store::snapshot() {
    if (snapshot_seq_ == seq_ || seq_ == 0)
        return {};
    auto task = begin_snapshot();
    if (!task)
        return std::move(task).error();
    auto outcome = task->run();
    finish_snapshot(*task, outcome);
    return outcome;
}

} // namespace changer::store
