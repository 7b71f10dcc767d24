// SPDX-License-Identifier: Apache-2.0
#include "build_info.hpp"
#include "config.hpp"
#include "daemon.hpp"
#include "log.hpp"
#include "reload.hpp"
#include "store/state_copy.hpp"
#include "store/state_import.hpp"
#include "support/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

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

/// Refuses to leave files that the daemon could not write to: root would own them.
Result<void> check_owner(const std::string& directory) {
    struct stat about {};

    if (::stat(directory.c_str(), &about) != 0 || about.st_uid == ::geteuid())
        return {};
    return Error{
        Code::usage,
        fmt::format("{} belongs to user {}, and changerd could not write to what another one "
                    "leaves there; import as that user: sudo -u '#{}' changerd "
                    "--import-state FILE",
                    directory,
                    about.st_uid,
                    about.st_uid)};
}

/// Writes a copy of what is stored of all libraries; a running daemon is not disturbed.
int export_state(const Config& config, const std::string& path) {
    store::SystemFiles files;
    const auto copy = store::copy_state(files, config.state_directory, SystemClock().now().wall);
    if (!copy)
        return fail(copy.error());
    if (const auto written = store::write_state_copy(files, path, *copy); !written)
        return fail(written.error());
    for (const store::LibraryCopy& library : copy->libraries)
        fmt::print("{}: {} documents\n", library.id, library.documents.size());
    fmt::print("{}: {} libraries\n", path, copy->libraries.size());
    return 0;
}

/// Replaces what is stored of the libraries of a copy.
int import_state(const Config& config, const std::string& path) {
    ::umask(0027);
    store::SystemFiles files;
    const auto bytes = files.read(path);
    if (!bytes)
        return fail(bytes.error());
    const auto copy = store::read_state_copy(*bytes);
    if (!copy)
        return fail(Error(copy.error()).in(path));
    if (const auto owned = check_owner(config.state_directory); !owned)
        return fail(owned.error());
    if (const auto done = store::import_state(files, config.state_directory, *copy); !done)
        return fail(done.error());
    for (const store::LibraryCopy& library : copy->libraries)
        fmt::print(
            "{}: {} documents as of {}; its elements are stale until changerd has read them\n",
            library.id,
            library.documents.size(),
            to_rfc3339(copy->taken_at));
    return 0;
}

struct Words {
    std::string config{default_config};
    std::string export_to;
    std::string import_from;
    bool check = false;
    bool version = false;
};

void add_words(CLI::App& app, Words& words) {
    app.add_option("--config", words.config, "the configuration file")->capture_default_str();
    auto* check =
        app.add_flag("--check-config",
                     words.check,
                     "read the configuration and the files of quirks, say what is wrong, and exit");
    auto* export_to =
        app.add_option("--export-state",
                       words.export_to,
                       "write a copy of the state of all libraries to FILE, and exit; "
                       "a running changerd is not disturbed");
    auto* import_from = app.add_option(
        "--import-state",
        words.import_from,
        "replace the state of every library in FILE, all or nothing, and exit; changerd must be "
        "stopped; elements are stale until the next start has read them, what was there is kept");
    export_to->type_name("FILE")->excludes(check);
    import_from->type_name("FILE")->excludes(check)->excludes(export_to);
    app.add_flag("--version", words.version, "print the version and exit");
}

int run(int argc, char** argv) {
    CLI::App app("Serves tape libraries to changerctl and other clients.", "changerd");
    Words words;
    add_words(app, words);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : info(Code::usage).exit;
    }
    if (words.version) {
        fmt::print("changerd {}\n", version);
        return 0;
    }
    auto config = configuration(words.config);
    if (!config)
        return fail(config.error());
    if (!words.export_to.empty())
        return export_state(*config, words.export_to);
    if (!words.import_from.empty())
        return import_state(*config, words.import_from);
    if (!words.check)
        return serve(std::move(*config), words.config);
    return check_only(words.config, *config);
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
