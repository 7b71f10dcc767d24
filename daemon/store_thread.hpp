// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_layer.hpp"
#include "store/state_directory.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "watchdog.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace changer::daemon {

/// The documents of one library as they were found.
struct LoadedDocuments {
    std::map<std::string, std::string> documents;
    store::RecoveryReport report;
};

/// The one thread that writes the state directory. It makes transactions durable in the order they
/// come, and snapshots beside them.
///
/// State:   the state directory
class StoreThread {
  public:
    /// One transaction; whoever waits for it may have to hand it over again.
    using Changes = std::shared_ptr<const std::vector<store::Change>>;

    /// Called on the store thread.
    using Done = std::function<void(Result<void>)>;

    /// Takes the state directory and starts the thread.
    ///
    /// Errors:  those of StateDirectory::open
    static Result<std::unique_ptr<StoreThread>>
    start(const std::string& directory, store::FileLayer& files, const Clock& clock);

    ~StoreThread();
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;

    /// Opens the store of one library and hands over its documents.
    ///
    /// Blocks:  as long as the disk takes
    /// Errors:  those of Store::open
    Result<LoadedDocuments> open_library(const std::string& library);

    /// Makes one transaction of an opened library durable, then calls `done`.
    ///
    /// Thread:  any
    void append(const std::string& library, Changes changes, store::Urgency urgency, Done done);

    /// Lets the watchdog see what the thread does.
    void watch(std::shared_ptr<Activity> activity);

    /// Finishes what is queued, writes a snapshot of every library, ends the thread.
    ///
    /// Blocks:  as long as the disk takes
    void stop();

  private:
    struct Library {
        store::Store store;
        std::thread snapshot = {}; ///< short-lived, on an immutable copy
    };

    StoreThread(store::StateDirectory directory, store::FileLayer& files, const Clock& clock);

    void post(std::function<void()> task);
    void run();
    void append_now(const std::string& library,
                    const std::vector<store::Change>& changes,
                    store::Urgency urgency,
                    const Done& done);
    void snapshot_if_due(Library& library);

    std::shared_ptr<Activity> activity_; ///< the store thread's
    store::StateDirectory directory_;
    store::FileLayer* files_;
    const Clock* clock_;
    std::map<std::string, Library> libraries_; ///< the store thread's

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace changer::daemon
