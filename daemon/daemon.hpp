// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access.hpp"
#include "api.hpp"
#include "cabinets.hpp"
#include "config.hpp"
#include "device/quirks.hpp"
#include "event_ring.hpp"
#include "http_server.hpp"
#include "library_runner.hpp"
#include "loop.hpp"
#include "reload.hpp"
#include "store/file_layer.hpp"
#include "store_thread.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "token_gate.hpp"
#include "watchdog.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace changer::daemon {

/// Everything the daemon is, put together.
///
/// State:   the state directory, the socket
/// Thread:  the loop, which is the thread that calls run()
class Daemon {
  public:
    struct Options {
        Config config;
        HttpLimits limits = {};
        DeviceRetry retry = {};
        /// How long a look at a library may keep a reader waiting.
        std::chrono::milliseconds look_patience = std::chrono::seconds{10};
        /// Reads the configuration again at SIGHUP; none: it cannot be.
        ConfigReader read_config = {};
        /// How long running commands may go on after SIGTERM; then `give_up` is called, which by
        /// default ends the process as a power cut would: the next start finds out what happened.
        std::chrono::milliseconds stop_patience = std::chrono::minutes{9};
        std::function<void()> give_up = {};
    };

    /// Loads what is on disk and listens; no device has been touched yet.
    ///
    /// Errors:  those of the state directory, of the files of quirks and of the socket: a sentence
    ///          with what to do
    static Result<std::unique_ptr<Daemon>>
    create(Options options, store::FileLayer& files, Clock& clock);

    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Serves until stop() or SIGTERM; running commands end and are recorded first.
    ///
    /// Blocks:  until then
    void run();

    /// Lets run() return.
    ///
    /// Thread:  any
    void stop();

    /// Reads the configuration again and takes all of it over, or none; as SIGHUP does.
    ///
    /// Thread:  any
    void reload();

  private:
    Daemon(Options options, Quirks quirks, std::unique_ptr<StoreThread> store, Clock& clock);

    Result<void> add_library(const LibraryConfig& library);
    void listen(ListeningSocket socket);
    void listen_tcp(ListeningSocket socket, Tokens tokens);
    void publish(const std::string& library, const jobs::Notice& notice, std::uint64_t generation);
    void tell_status();
    void begin_stop();
    void give_up() const;
    void begin_reload();
    void on_reloaded(Result<LoadedConfig> loaded);
    Result<void> take_over(LoadedConfig loaded);

    Options options_;
    Config configured_; ///< as it was read: without what was discovered
    Quirks quirks_;
    Clock* clock_;
    Loop loop_;
    EventRing events_;
    Access access_;
    Workers workers_;
    std::unique_ptr<StoreThread> store_;
    Runners runners_;
    Cabinets cabinets_;
    Api api_;
    std::optional<HttpServer> server_;
    std::optional<TokenGate> gate_; ///< before the API, over TCP
    std::optional<HttpServer> tcp_server_;
    std::optional<Watchdog> watchdog_;
    Reload reload_;
    bool stopping_ = false;
    std::size_t running_ = 0;
};

} // namespace changer::daemon
