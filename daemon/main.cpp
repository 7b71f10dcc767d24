// SPDX-License-Identifier: Apache-2.0
#include "build_info.hpp"
#include "config.hpp"
#include "daemon.hpp"
#include "log.hpp"
#include "reload.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace {

using namespace changer;
using namespace changer::daemon;

/// Loads the file. The default one may be absent: changers are then found and served as they are.
Result<Config> configuration(const std::string& path) {
    auto config = load_config(path);
    if (!config && path == default_config && config.error().code == Code::not_found)
        return Config{};
    return config;
}

int fail(const Error& error) {
    log(Level::error, to_string(error));
    return info(error.code).exit;
}

int serve(Config config, const std::string& path) {
    ::umask(0027);
    store::SystemFiles files;
    SystemClock clock;
    auto daemon = Daemon::create(
        {.config = std::move(config), .read_config = [path] { return configuration(path); }},
        files,
        clock);
    if (!daemon)
        return fail(daemon.error());
    (*daemon)->run();
    return 0;
}

/// Says what the daemon would start with.
int check_only(const std::string& path, const Config& config) {
    const auto quirks = load_quirks(config);
    if (!quirks)
        return fail(quirks.error());
    if (const auto loaded = load_references(config); !loaded)
        return fail(Error(loaded.error()).in(path));
    if (std::error_code none; !std::filesystem::exists(path, none))
        fmt::print("{} is not there: changers are found by themselves\n", path);
    else
        fmt::print("{}: good, {} libraries\n", path, config.libraries.size());
    if (const auto rows = quirks->rows().size() - Quirks::builtin().rows().size(); rows > 0)
        fmt::print("{}: good, {} rows of quirks\n", config.quirks_directory, rows);
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app("Serves tape libraries to changerctl and other clients.", "changerd");
    std::string path(default_config);
    bool check = false;
    bool show_version = false;
    app.add_option("--config", path, "the configuration file")->capture_default_str();
    app.add_flag("--check-config",
                 check,
                 "read the configuration and the files of quirks, say what is wrong, and exit");
    app.add_flag("--version", show_version, "print the version and exit");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : info(Code::usage).exit;
    }
    if (show_version) {
        fmt::print("changerd {}\n", version);
        return 0;
    }
    auto config = configuration(path);
    if (!config)
        return fail(config.error());
    if (!check)
        return serve(std::move(*config), path);
    return check_only(path, *config);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        log(Level::error, error.what());
        return 1;
    }
}
