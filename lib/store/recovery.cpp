// SPDX-License-Identifier: Apache-2.0
#include "store/recovery.hpp"

#include "store/journal.hpp"
#include "store/recovery_plan.hpp"
#include "store/snapshot.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::store {
namespace {

/// Carries a plan out, in an order that a crash at any point leaves repairable: what was read is
/// made durable first, only then are files renamed, cut or removed.
class Repair {
  public:
    Repair(const std::string& directory,
           FileLayer& files,
           Reserve& reserve,
           std::uint64_t version,
           WallTime now)
        : directory_(directory)
        , files_(files)
        , reserve_(reserve)
        , version_(version)
        , time_(to_rfc3339(now)) {
        const auto is_mark = [](char c) { return c == '-' || c == ':'; };
        time_.erase(std::remove_if(time_.begin(), time_.end(), is_mark), time_.end());
    }

    Result<void> run(RecoveryPlan& plan);

  private:
    std::string path(std::string_view name) const { return fmt::format("{}/{}", directory_, name); }

    std::string
    aside_name(RecoveryPlan& plan, const std::string& name, std::string_view kind) const;
    Result<void> set_aside(RecoveryPlan& plan, const std::vector<std::string>& names);
    Result<void> save(RecoveryPlan& plan);
    Result<void> cut(RecoveryPlan& plan);

    std::string directory_;
    FileLayer& files_;
    Reserve& reserve_;
    std::uint64_t version_;
    std::string time_; ///< for file names: 20260131T235900Z
};

/// Returns a name that is free: two repairs within a second keep both files.
std::string
Repair::aside_name(RecoveryPlan& plan, const std::string& name, std::string_view kind) const {
    std::string aside = fmt::format("{}.{}-{}", name, kind, time_);
    const auto taken = [&](const std::string& wanted) {
        return std::find(plan.names.begin(), plan.names.end(), wanted) != plan.names.end();
    };
    for (int n = 2; taken(aside); ++n)
        aside = fmt::format("{}.{}-{}-{}", name, kind, time_, n);
    plan.names.push_back(aside);
    return aside;
}

Result<void> Repair::set_aside(RecoveryPlan& plan, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const std::string aside = aside_name(plan, name, "corrupt");
        if (auto renamed = files_.rename(path(name), path(aside)); !renamed)
            return renamed;
        plan.state.report.messages.push_back(fmt::format("it is kept as {}", path(aside)));
    }
    return names.empty() ? Result<void>() : files_.sync_directory(directory_);
}

/// Writes what was read, with what is wrong about it, as a snapshot.
Result<void> Repair::save(RecoveryPlan& plan) {
    auto& state = plan.state;
    const Snapshot snapshot{state.seq, state.report.trust, state.documents, version_};
    auto written = write_snapshot(files_, directory_, snapshot);
    if (!written && written.error().code == Code::database_full) {
        reserve_.give_up();
        written = write_snapshot(files_, directory_, snapshot);
    }
    if (written) {
        state.snapshot_seq = state.seq;
        state.since_snapshot.emplace();
    }
    // A torn end can be cut without any room, and a migration can be done again at the next start:
    // a full disk must not keep the daemon from starting.
    const bool can_go_without = plan.bad_journals.empty() && plan.bad_snapshots.empty();
    if (!written && can_go_without && written.error().code == Code::database_full)
        return {};
    return written;
}

Result<void> Repair::cut(RecoveryPlan& plan) {
    const TornEnd& torn = *plan.torn;
    const std::string aside = path(aside_name(plan, torn.name, "torn"));
    if (auto file = files_.open(aside)) { // for people only: failing to keep it stops nothing
        if (auto written = (*file)->write_at(0, torn.bytes); !written)
            plan.state.report.messages.push_back(to_string(written.error()));
    }
    auto file = files_.open(path(torn.name));
    if (!file)
        return std::move(file).error();
    if (auto done = (*file)->truncate(torn.good_bytes); !done)
        return done;
    return (*file)->sync();
}

Result<void> Repair::run(RecoveryPlan& plan) {
    if (auto done = set_aside(plan, plan.bad_snapshots); !done)
        return done;
    if (plan.damaged || plan.migrated)
        if (auto saved = save(plan); !saved)
            return saved;
    if (auto done = set_aside(plan, plan.bad_journals); !done)
        return done;
    if (plan.torn)
        if (auto done = cut(plan); !done)
            return done;
    for (const std::string& name : plan.leftovers) {
        if (name == journal_name(plan.state.active.first_seq))
            continue; // made ready by the last snapshot
        auto removed = files_.remove(path(name));
        if (!removed && removed.error().code != Code::not_found)
            return removed;
    }
    return {};
}

} // namespace

Result<Recovered> recover(const std::string& directory,
                          FileLayer& files,
                          Reserve& reserve,
                          const Clock& clock,
                          const Schema& schema) {
    auto plan = plan_recovery(directory, files, schema);
    if (!plan)
        return std::move(plan).error();
    Repair repair(directory, files, reserve, schema.current, clock.now().wall);
    if (auto repaired = repair.run(*plan); !repaired)
        return std::move(repaired).error();
    return std::move(plan->state);
}

} // namespace changer::store
