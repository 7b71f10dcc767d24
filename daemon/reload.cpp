// SPDX-License-Identifier: Apache-2.0
#include "reload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace changer::daemon {
namespace {

Error restart_for(std::string_view pointer) {
    return {Code::configured,
            fmt::format("{} cannot change while the daemon runs: restart changerd, or undo it",
                        pointer)};
}

/// Names the member of a library that needs a restart; empty if none does.
std::string_view fixed_difference(const LibraryConfig& running, const LibraryConfig& next) {
    if (running.device != next.device)
        return "device";
    if (running.cabinet != next.cabinet)
        return "cabinet";
    if (running.foreign_partitions != next.foreign_partitions)
        return "foreign_partitions";
    return running.drives == next.drives ? "" : "drives";
}

std::optional<Error> libraries_need_restart(const std::vector<LibraryConfig>& running,
                                            const std::vector<LibraryConfig>& next) {
    for (std::size_t i = 0; i < next.size(); ++i) {
        const auto found = std::find_if(running.begin(), running.end(), [&](const auto& library) {
            return library.id == next[i].id;
        });
        if (found == running.end())
            return restart_for(fmt::format("/libraries/{} ({})", i, next[i].id));
        if (const auto member = fixed_difference(*found, next[i]); !member.empty())
            return restart_for(fmt::format("/libraries/{}/{}", i, member));
    }
    if (next.size() != running.size()) // ids are unique: one is missing
        return restart_for("/libraries");
    return std::nullopt;
}

} // namespace

Result<LoadedConfig> load_references(Config config) {
    Tokens tokens;
    if (!config.tokens_file.empty()) {
        auto loaded = load_tokens(config.tokens_file);
        if (!loaded)
            return std::move(loaded).error().in("/tokens_file");
        tokens = *std::move(loaded);
    }
    if (auto checked = check_tokens(config.libraries, tokens); !checked)
        return std::move(checked).error();
    auto access = resolve_access(config.libraries);
    if (!access)
        return std::move(access).error();
    return LoadedConfig{std::move(config), *std::move(access), std::move(tokens)};
}

Result<LoadedConfig> load_everything(const ConfigReader& read) {
    auto config = read();
    if (!config)
        return std::move(config).error();
    return load_references(*std::move(config));
}

std::optional<Error> needs_restart(const Config& running, const Config& next) {
    if (running.state_directory != next.state_directory)
        return restart_for("/state_directory");
    if (running.socket != next.socket)
        return restart_for("/socket");
    if (running.tcp_listen != next.tcp_listen)
        return restart_for("/tcp_listen");
    if (running.quirks_directory != next.quirks_directory)
        return restart_for("/quirks_directory");
    if (running.discover != next.discover)
        return restart_for("/discover");
    if (running.lock_directory != next.lock_directory)
        return restart_for("/lock_directory");
    if (running.iscsi_initiator_name != next.iscsi_initiator_name)
        return restart_for("/iscsi_initiator_name");
    return libraries_need_restart(running.libraries, next.libraries);
}

Reload::Reload(Loop& loop, ConfigReader read, Done done)
    : loop_(&loop)
    , read_(std::move(read))
    , done_(std::move(done)) {}

Reload::~Reload() {
    *alive_ = false;
    if (thread_.joinable())
        thread_.join();
}

void Reload::begin() {
    if (std::exchange(reading_, true))
        again_ = true;
    else
        read();
}

void Reload::read() {
    if (thread_.joinable())
        thread_.join(); // it has posted its outcome: no wait
    thread_ = std::thread([this, loop = loop_, alive = alive_] {
        auto loaded = std::make_shared<Result<LoadedConfig>>(load_everything(read_));
        loop->post([this, alive, loaded] {
            if (!*alive)
                return;
            done_(std::move(*loaded));
            if (std::exchange(again_, false))
                return read();
            reading_ = false;
        });
    });
}

} // namespace changer::daemon
