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

#include <chrono>
#include <cstdlib>
#include <utility>

namespace changer::daemon {

using nlohmann::json;

Result<std::unique_ptr<Daemon>>
Daemon::create(Options options, store::FileLayer& files, Clock& clock) {
    auto quirks = load_quirks(options.config);
    if (!quirks)
        return std::move(quirks).error();
    auto loaded = load_references(options.config);
    if (!loaded)
        return std::move(loaded).error();
    auto store = StoreThread::start(options.config.state_directory, files, clock);
    if (!store)
        return std::move(store).error();
    std::unique_ptr<Daemon> daemon(
        new Daemon(std::move(options), std::move(*quirks), std::move(*store), clock));
    daemon->access_.replace(std::move(loaded->access));
    Config& config = daemon->options_.config;
    daemon->configured_ = config;
    if (config.discover)
        add_discovered(config.libraries);
    for (const LibraryConfig& library : config.libraries)
        if (auto added = daemon->add_library(library); !added)
            return std::move(added).error();
    auto socket = open_listening_socket(config.socket);
    if (!socket)
        return std::move(socket).error();
    daemon->listen(std::move(*socket));
    if (config.tcp_listen) {
        auto tcp = open_tcp_socket(*config.tcp_listen);
        if (!tcp)
            return std::move(tcp).error();
        daemon->listen_tcp(*std::move(tcp), std::move(loaded->tokens));
    }
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
    , api_(runners_, access_, clock)
    , reload_(loop_, options_.read_config, [this](Result<LoadedConfig> loaded) {
        on_reloaded(std::move(loaded));
    }) {
    store_->watch(workers_.add("the thread that writes the state directory"));
}

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
        [this](const jobs::LibraryEngine& engine) { cabinets_.on_durable(engine); },
        workers_.add(fmt::format("the thread of the changer of {}", library.id)),
        [this](std::string name) { return workers_.add(std::move(name)); }};
    runners_.emplace(
        library.id,
        std::make_unique<LibraryRunner>(library, std::move(*loaded), std::move(services)));
    return {};
}

void Daemon::listen(ListeningSocket socket) {
    server_.emplace(loop_, std::move(socket), api_, events_, options_.limits);
}

void Daemon::listen_tcp(ListeningSocket socket, Tokens tokens) {
    log(Level::notice,
        fmt::format("listening at {} port {} for clients with one of {} tokens",
                    options_.config.tcp_listen->address,
                    socket.tcp_port,
                    tokens.size()));
    gate_.emplace(api_,
                  std::move(tokens),
                  socket.tcp_port,
                  [this](const HttpRequest& request, const HttpResponse& response) {
                      api_.log_refusal(request, response);
                  });
    tcp_server_.emplace(loop_, std::move(socket), *gate_, events_, options_.limits);
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
    if (tcp_server_)
        tcp_server_->wake_streams();
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
            return begin_reload();
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
    if (const auto interval = watchdog_interval())
        watchdog_.emplace(loop_, workers_, *interval);
    loop_.run();
    watchdog_.reset();
    server_.reset();
    tcp_server_.reset();
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
    loop_.after(options_.stop_patience, [this] { give_up(); });
    for (const auto& entry : runners_)
        entry.second->stop([this] {
            if (--running_ == 0)
                loop_.stop();
        });
}

void Daemon::give_up() const {
    log(Level::error,
        fmt::format("{} libraries have not ended their commands in time: ending without them; "
                    "the next start asks the robots what became of them",
                    running_));
    if (options_.give_up)
        return options_.give_up();
    std::_Exit(1); // a thread that does not return cannot be waited for
}

void Daemon::reload() {
    loop_.post([this] { begin_reload(); });
}

void Daemon::begin_reload() {
    if (stopping_)
        return;
    if (!options_.read_config)
        return log(Level::warning, "there is no configuration file to read again");
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                       std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count()));
    reload_.begin();
}

void Daemon::on_reloaded(Result<LoadedConfig> loaded) {
    Result<void> done = loaded ? take_over(*std::move(loaded)) : Result<void>(loaded.error());
    if (done)
        log(Level::notice, "the configuration was read again and holds");
    else
        log(Level::error,
            fmt::format("the configuration was read again and changes nothing: {}",
                        to_string(done.error())));
    if (!stopping_)
        notify("READY=1");
    tell_status();
}

Result<void> Daemon::take_over(LoadedConfig loaded) {
    if (auto reason = needs_restart(configured_, loaded.config))
        return std::move(*reason);
    for (const LibraryConfig& library : loaded.config.libraries)
        runners_.at(library.id)->reconfigure(library);
    access_.replace(std::move(loaded.access));
    if (gate_ && gate_->replace(std::move(loaded.tokens)))
        tcp_server_->drop_connections(); // each shows its token again
    configured_ = std::move(loaded.config);
    return {};
}

} // namespace changer::daemon
