// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client_connection.hpp"
#include "config.hpp"
#include "device_thread.hpp"
#include "idempotency.hpp"
#include "jobs/engine.hpp"
#include "library/disagreement.hpp"
#include "library_drives.hpp"
#include "loop.hpp"
#include "outcome.hpp"
#include "store_thread.hpp"
#include "support/clock.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// What a runner shares with the others. All of it outlives them.
struct RunnerServices {
    Loop& loop;
    StoreThread& store;
    Clock& clock;
    const Quirks& quirks;
    DeviceRetry retry;
    OpenOptions open = {};
    std::string lock_directory{motion_lock_directory};
    /// How long a look at the library may keep a reader waiting.
    std::chrono::milliseconds look_patience{};
    /// Publishes one hint; called when what it hints at is durable.
    std::function<void(const std::string& library, const jobs::Notice&, std::uint64_t generation)>
        publish;
    /// Called whenever everything that the engine holds is durable: what depends on several
    /// libraries is decided from that alone.
    std::function<void(const jobs::LibraryEngine&)> durable = {};
    /// Where the device thread shows the watchdog what it does.
    std::shared_ptr<Activity> activity = nullptr;
    /// Makes the place where a drive's thread does the same.
    std::function<std::shared_ptr<Activity>(std::string name)> watch_drive = {};
};

/// Adds the effects of a later step to those of earlier ones.
void append(jobs::Effects& all, jobs::Effects&& more);

/// Whether a library's changes reach the disk.
enum class StoreState : std::uint8_t {
    ok,
    full,   ///< no room: new jobs are refused, what happened is kept and tried again
    failed, ///< the disk failed: nothing changes any more until a restart
};

/// The map held against the robot.
struct Verification {
    WallTime read_at{};
    std::size_t elements = 0; ///< how many the robot told
    std::vector<library::Disagreement> differences;
};

/// Gives a library's engine its turns, and keeps the order that makes it safe: what a step wants
/// recorded is durable before its commands start, before anybody is told, and before readers see
/// it. While a commit is under way everything else of this library waits; what waited is stepped
/// and committed together.
///
/// Thread:  the loop
class LibraryRunner {
  public:
    LibraryRunner(const LibraryConfig& config, LoadedDocuments loaded, RunnerServices services);
    ~LibraryRunner();
    LibraryRunner(const LibraryRunner&) = delete;
    LibraryRunner& operator=(const LibraryRunner&) = delete;

    /// Starts the device's thread, the drives' when they are needed, and the clock.
    void start();

    /// Lets the running command end, records its outcome, then calls `stopped`.
    void stop(std::function<void()> stopped);

    using Reader = std::function<void(const jobs::LibraryEngine&)>;

    /// Calls `reader` as soon as no commit is under way.
    void read(Reader reader);

    /// Looks at the library, then calls `reader`; after `look_patience` in any case. Readers that
    /// come while a look is under way share the next one.
    void read_after_look(Reader reader);

    using Verified = std::function<void(const Result<Verification>&)>;

    /// Reads all elements and compares them with the map, which is left as it is: nothing is
    /// recorded. Who comes while such a read is under way shares the next one.
    ///
    /// Errors:  busy — no answer within `look_patience`; library_offline; resource_disabled;
    ///          those of the device
    void verify(Verified reply);

    /// Queues a job; `reply` gets the id once it is durable. With a key that made a job before,
    /// that job's id.
    ///
    /// Errors:  those of the engine; invalid_parameter (key_reused) — the key made a job of another
    ///          request; database_full, database_failure; not_enough_memory
    void submit(jobs::JobRequest request,
                jobs::Principal principal,
                std::vector<jobs::CabinetMember> members,
                std::optional<std::string> idempotency_key,
                std::function<void(Outcome<std::string>)> reply);

    /// Ties a job to its client's connection: when the last connection of a job is closed by its
    /// client, the job is cancelled as far as it can be. Finished jobs are tied to nothing.
    void tie(const std::string& job, const std::shared_ptr<ClientConnection>& connection);

    /// Errors:  those of the engine; database_full, database_failure
    void cancel(std::string job,
                jobs::Principal principal,
                std::function<void(Result<jobs::Cancellation>)> reply);

    /// The generations that a change is made at; none: at any.
    using Expected = std::optional<std::vector<std::uint64_t>>;

    /// Changes settings, if the library is at one of the generations that are expected.
    ///
    /// Errors:  those of the engine; busy (moved_on) — it is at another; database_full,
    ///          database_failure
    void change_settings(nlohmann::json patch,
                         jobs::Principal principal,
                         Expected expected,
                         std::function<void(Outcome<void>)> reply);

    /// Describes a drive or a cartridge, on the same condition. Errors are the same.
    void describe(std::string object,
                  nlohmann::json patch,
                  jobs::Principal principal,
                  Expected expected,
                  std::function<void(Outcome<void>)> reply);

    /// Errors:  those of the engine; database_full, database_failure
    void set_order(std::string job,
                   std::uint32_t position,
                   jobs::Principal principal,
                   std::function<void(Result<void>)> reply);

    /// Asks the operator; `reply` gets the request's id.
    ///
    /// Errors:  those of the engine; database_full, database_failure
    void ask(std::string text,
             jobs::Principal principal,
             std::function<void(Result<std::string>)> reply);

    /// Errors:  those of the engine; database_full, database_failure
    void answer(std::string id,
                jobs::Answer answer,
                jobs::Principal principal,
                std::function<void(Result<void>)> reply);

    /// Takes over what may change while it runs: the settings, and who may do what.
    void reconfigure(const LibraryConfig& config);

    /// Tells the library which cabinet it belongs to.
    void join_cabinet(std::optional<jobs::cabinet::Membership> membership);

    /// Passes on what the coordinator of its cabinet decided.
    void order(jobs::cabinet::Order order);

    const std::string& id() const { return engine_.id(); }

    StoreState store_state() const { return store_state_; }

    const LibraryConfig& config() const { return config_; }

  private:
    /// Called when a step is durable, or with why it is not.
    using After = std::function<void(const Result<void>&)>;

    /// One event: steps the engine, adds to the effects. A submission is committed alone, because
    /// it can be undone alone.
    struct Input {
        std::function<After(jobs::Effects&, const Now&)> step;
        std::function<void(const Error&)> refuse = {}; ///< where somebody waits for a reply
        bool submission = false;
    };

    struct Batch {
        jobs::Effects effects;
        StoreThread::Changes record = {}; ///< what were the changes of the effects
        std::vector<After> afters;
        bool submission = false;
    };

    template <class Value, class Act>
    void request(std::function<void(Result<Value>)> reply, Act act);
    template <class Act>
    void change(Expected expected, std::function<void(Outcome<void>)> reply, Act act);
    void enqueue(Input input);
    void enqueue_event(std::function<jobs::Effects(const Now&)> event);
    void enqueue_tick();
    void pump();
    Batch step_waiting();
    void commit(Batch batch);
    void on_committed(Batch batch, const Result<void>& result);
    void retry_later(Batch batch);
    void finish(Batch& batch);
    void begin(jobs::Dispatch dispatch);
    void begin(jobs::DriveDispatch dispatch);
    DeviceThread::Journal journal(const std::string& job, std::uint64_t step);
    void write_step(const std::string& job,
                    std::uint64_t step,
                    const jobs::ExchangeStep& told,
                    std::size_t index,
                    const std::function<void(Result<void>)>& written);
    void set_store_state(StoreState state, std::string_view why);
    void refuse_waiting(const Error& why);
    void log_job(const std::string& job);
    Outcome<std::string> try_submit(const jobs::JobRequest& request,
                                    const jobs::Principal& principal,
                                    const std::vector<jobs::CabinetMember>& members,
                                    const std::optional<std::string>& key,
                                    const Now& now,
                                    jobs::Effects& effects,
                                    bool& is_new,
                                    bool& withdrawable);
    std::optional<Error> refusal() const;
    void start_device();
    void start_drives();
    void on_online(const DeviceFacts& facts);
    void on_offline(const Error& error);
    void on_learned(const LearnedFeatures& learned);
    void tick_every_second();
    void stop_if_idle();
    void untie(const std::string& job, const ClientConnection& connection);
    void release_connections(const std::string& job);
    Input look();
    void end_look();
    void read_to_verify();
    Result<Verification>
    compare(const jobs::DeviceAnswer& answer, jobs::Effects& effects, const Now& now);
    void end_verification(const Result<Verification>& outcome);

    LibraryConfig config_;
    RunnerServices services_;
    jobs::LibraryEngine engine_;
    IdempotencyKeys keys_;
    std::optional<LearnedFeatures> learned_; ///< as it was found; the device thread goes on from it
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< for what is posted to the loop

    std::deque<Input> inputs_;
    std::vector<Reader> readers_;
    /// Readers that wait for a look: shared with the timer that ends their waiting; empty when
    /// they have been called.
    using Waiting = std::vector<std::shared_ptr<Reader>>;
    Waiting looking_;     ///< for the one under way
    Waiting look_wanted_; ///< for the next
    bool look_begun_ = false;
    using Verifying = std::vector<std::shared_ptr<Verified>>; ///< as Waiting
    Verifying verifying_;                                     ///< for the read under way
    Verifying verify_wanted_;                                 ///< for the next
    bool committing_ = false;
    bool tick_waits_ = false;
    StoreState store_state_ = StoreState::ok;
    std::string store_error_;
    std::string last_offline_;
    std::map<std::string, std::string> logged_; ///< the last line about each unfinished job
    WallTime expired_at_{};
    /// Of unfinished jobs that are wanted only while their clients wait.
    std::map<std::string, std::vector<std::shared_ptr<ClientConnection>>> ties_;

    std::unique_ptr<DeviceThread> device_;
    std::unique_ptr<LibraryDrives> drives_;
    bool device_ended_ = false; ///< the drives too
    std::function<void()> stopped_;
};

/// All libraries, by id.
using Runners = std::map<std::string, std::unique_ptr<LibraryRunner>, std::less<>>;

} // namespace changer::daemon
