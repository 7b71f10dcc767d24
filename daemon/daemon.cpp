// SPDX-License-Identifier: Apache-2.0
#include "daemon.hpp"

#include "discovered.hpp"
#include "json_text.hpp"
#include "log.hpp"
#include "memory.hpp"
#include "notify.hpp"
#include "views.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace changer::daemon {

using nlohmann::json;

Result<std::unique_ptr<Daemon>>
Daemon::create(Options options, store::FileLayer& files, Clock& clock) {
    auto quirks = load_quirks(options.config);
    if (!quirks)
        return std::move(quirks).error();
    auto access = resolve_access(options.config.libraries);
    if (!access)
        return std::move(access).error();
    auto store = StoreThread::start(options.config.state_directory, files, clock);
    if (!store)
        return std::move(store).error();
    std::unique_ptr<Daemon> daemon(
        new Daemon(std::move(options), std::move(*quirks), std::move(*store), clock));
    daemon->access_.replace(*std::move(access));
    Config& config = daemon->options_.config;
    if (config.discover)
        add_discovered(config.libraries);
    for (const LibraryConfig& library : config.libraries)
        if (auto added = daemon->add_library(library); !added)
            return std::move(added).error();
    auto socket = open_listening_socket(config.socket);
    if (!socket)
        return std::move(socket).error();
    daemon->listen(std::move(*socket));
    return daemon;
}

Daemon::Daemon(Options options, Quirks quirks, std::unique_ptr<StoreThread> store, Clock& clock)
    : options_(std::move(options))
    , quirks_(std::move(quirks))
    , clock_(&clock)
    , events_(fmt::format("{:x}", clock.now().wall.time_since_epoch().count()))
    , access_(::geteuid())
    , store_(std::move(store))
    , cabinets_(loop_, runners_, changers_of_this_machine())
    , api_(runners_, access_, clock) {}

Daemon::~Daemon() = default;

Result<void> Daemon::add_library(const LibraryConfig& library) {
    auto loaded = store_->open_library(library.id);
    if (!loaded)
        return std::move(loaded).error().in("library " + library.id);
    RunnerServices services{
        loop_,
        *store_,
        *clock_,
        quirks_,
        options_.retry,
        {.iscsi = {.initiator_name = options_.config.iscsi_initiator_name}},
        options_.config.lock_directory,
        options_.look_patience,
        [this](const std::string& id, const jobs::Notice& notice, std::uint64_t generation) {
            publish(id, notice, generation);
        },
        [this](const jobs::LibraryEngine& engine) { cabinets_.on_durable(engine); }};
    runners_.emplace(
        library.id,
        std::make_unique<LibraryRunner>(library, std::move(*loaded), std::move(services)));
    return {};
}

void Daemon::listen(ListeningSocket socket) {
    server_.emplace(loop_, std::move(socket), api_, events_, options_.limits);
}

void Daemon::publish(const std::string& library,
                     const jobs::Notice& notice,
                     std::uint64_t generation) {
    const json data{{"type", notice.type},
                    {"library", library},
                    {"job", notice.job ? json(*notice.job) : json(nullptr)},
                    {"generation", generation}};
    events_.publish(notice.type, to_text(data), library);
    if (server_)
        server_->wake_streams();
    if (notice.type == "library")
        tell_status();
}

void Daemon::tell_status() {
    auto text = std::make_shared<std::string>();
    for (const auto& entry : runners_)
        entry.second->read([this, text](const jobs::LibraryEngine& engine) {
            *text += fmt::format("{}{} {}",
                                 text->empty() ? "" : ", ",
                                 engine.id(),
                                 library_state(engine, clock_->now()));
            notify("STATUS=" + *text);
        });
}

void Daemon::run() {
    ::signal(SIGPIPE, SIG_IGN);
    loop_.on_signal([this](int number) {
        if (number == SIGHUP)
            return log(Level::notice, "SIGHUP: restart changerd to read its configuration again");
        begin_stop();
    });
    cabinets_.start();
    for (const auto& entry : runners_)
        entry.second->start();
    keep_memory_small(loop_);
    log(Level::notice,
        fmt::format(
            "ready: {} libraries, listening at {}", runners_.size(), options_.config.socket));
    notify(fmt::format("READY=1\nSTATUS={} libraries", runners_.size()));
    loop_.run();
    server_.reset();
    store_->stop();
    runners_.clear();
}

void Daemon::stop() {
    loop_.post([this] { begin_stop(); });
}

void Daemon::begin_stop() {
    if (std::exchange(stopping_, true))
        return;
    notify("STOPPING=1\nSTATUS=waiting for running commands to end");
    log(Level::notice, "stopping: waiting for running commands to end");
    running_ = runners_.size();
    if (running_ == 0)
        return loop_.stop();
    for (const auto& entry : runners_)
        entry.second->stop([this] {
            if (--running_ == 0)
                loop_.stop();
        });
}

} // namespace changer::daemon
