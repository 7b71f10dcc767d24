// SPDX-License-Identifier: Apache-2.0
#include "store_thread.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <utility>

namespace changer::daemon {
namespace {

/// What a disk may take for one transaction, its own retries included, before it counts as stuck.
constexpr std::chrono::minutes longest_task{5};

} // namespace

Result<std::unique_ptr<StoreThread>>
StoreThread::start(const std::string& directory, store::FileLayer& files, const Clock& clock) {
    auto opened = store::StateDirectory::open(directory, files);
    if (!opened)
        return std::move(opened).error();
    return std::unique_ptr<StoreThread>(new StoreThread(std::move(*opened), files, clock));
}

StoreThread::StoreThread(store::StateDirectory directory,
                         store::FileLayer& files,
                         const Clock& clock)
    : directory_(std::move(directory))
    , files_(&files)
    , clock_(&clock)
    , thread_([this] { run(); }) {}

StoreThread::~StoreThread() {
    stop();
}

void StoreThread::post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    wake_.notify_one();
}

void StoreThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (tasks_.empty())
            return;
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        if (activity_)
            activity_->busy_for(longest_task);
        task();
        if (activity_)
            activity_->idle();
        task = nullptr; // what it holds goes before the lock is taken
        lock.lock();
    }
}

void StoreThread::watch(std::shared_ptr<Activity> activity) {
    post([this, activity = std::move(activity)]() mutable { activity_ = std::move(activity); });
}

Result<LoadedDocuments> StoreThread::open_library(const std::string& library) {
    std::promise<Result<LoadedDocuments>> promise;
    post([&] {
        const auto path = directory_.library_directory(library);
        if (!path)
            return promise.set_value(path.error());
        auto opened = store::Store::open(*path, *files_, directory_.reserve(), *clock_);
        if (!opened)
            return promise.set_value(std::move(opened).error());
        libraries_.insert_or_assign(library, Library{std::move(opened->store)});
        promise.set_value(LoadedDocuments{std::move(opened->documents), std::move(opened->report)});
    });
    return promise.get_future().get();
}

void StoreThread::append(const std::string& library,
                         Changes changes,
                         store::Urgency urgency,
                         Done done) {
    post([this, library, changes = std::move(changes), urgency, done = std::move(done)] {
        append_now(library, *changes, urgency, done);
    });
}

void StoreThread::append_now(const std::string& library,
                             const std::vector<store::Change>& changes,
                             store::Urgency urgency,
                             const Done& done) {
    const auto found = libraries_.find(library);
    if (found == libraries_.end())
        return done(Error{Code::database_failure, library + " has no store"});
    done(found->second.store.append(changes, urgency));
    snapshot_if_due(found->second);
}

void StoreThread::snapshot_if_due(Library& library) {
    if (!library.store.snapshot_due())
        return;
    auto task = library.store.begin_snapshot();
    if (!task)
        return log(Level::warning, to_string(task.error()));
    if (library.snapshot.joinable())
        library.snapshot.join(); // it has posted its outcome: no wait
    library.snapshot = std::thread([this, &library, task = std::move(*task)] {
        auto outcome = task.run();
        if (!outcome)
            log(Level::warning, to_string(outcome.error()));
        post([&library, task, outcome = std::move(outcome)] {
            library.store.finish_snapshot(task, outcome);
        });
    });
}

void StoreThread::stop() {
    if (!thread_.joinable())
        return;
    std::promise<void> drained;
    post([&] { drained.set_value(); });
    drained.get_future().wait();
    for (auto& entry : libraries_)
        if (entry.second.snapshot.joinable())
            entry.second.snapshot.join(); // its outcome is queued before the end below
    post([this] {
        for (auto& entry : libraries_)
            if (const auto done = entry.second.store.snapshot(); !done)
                log(Level::warning, to_string(done.error()));
    });
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

} // namespace changer::daemon
