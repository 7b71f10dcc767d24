// SPDX-License-Identifier: Apache-2.0
#include "sim/control.hpp"
#include "sim/iscsi/target.hpp"
#include "sim/library.hpp"
#include "sim/settings.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace changer;

namespace {

sim::Loop* running = nullptr; ///< for the signal handler; set before it, cleared by nobody

struct Serve {
    std::string listen = "127.0.0.1:0";
    std::string iqn = "iqn.2026-01.local.changersim:library";
    std::string control;
    std::string personality;
    unsigned partitions = 1;
    std::map<std::string_view, std::string> values; ///< of settings, by name
    std::map<std::string_view, bool> flags;         ///< settings that have no value
};

int fail(const Error& error) {
    fmt::print(stderr, "changersim: {}\n", to_string(error));
    return info(error.code).exit;
}

void stop_on_signal(int) {
    running->stop();
}

void stop_on_signals(sim::Loop& loop) {
    running = &loop;

    struct sigaction action {};

    action.sa_handler = stop_on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

Result<sim::Options> options_of(const Serve& serve) {
    std::vector<sim::Given> given;
    for (const auto& [name, set] : serve.flags)
        if (set)
            given.push_back({name, ""});
    for (const auto& [name, value] : serve.values)
        if (!value.empty())
            given.push_back({name, value});
    return sim::make_options(serve.personality, given);
}

/// Partitions of one library: one door, one serial number, a target each.
struct Partitions {
    std::vector<std::unique_ptr<sim::Library>> owned;
    std::vector<sim::Library*> all;
};

Result<Partitions> make_partitions(const Serve& serve, const sim::Options& whole, Clock& clock) {
    Partitions partitions;
    const auto cabinet = std::make_shared<sim::Cabinet>();
    for (unsigned n = 1; n <= serve.partitions; ++n) {
        const auto options = sim::partition(whole, n, serve.partitions);
        if (auto checked = options.check(); !checked)
            return std::move(checked).error().in(fmt::format("partition {}", n));
        partitions.owned.push_back(std::make_unique<sim::Library>(options, clock, cabinet));
        partitions.all.push_back(partitions.owned.back().get());
    }
    return partitions;
}

/// Listens for each partition, the first at the address asked for, the others at the ports behind
/// it; returns what to print.
Result<std::string> listen_all(const Serve& serve,
                               const sim::Options& options,
                               const Partitions& partitions,
                               sim::Loop& loop,
                               const Clock& clock) {
    auto address = sim::iscsi::ListenAddress::parse(serve.listen);
    if (!address)
        return address.error();
    std::string urls;
    for (std::size_t n = 0; n < partitions.all.size(); ++n) {
        const auto name = n == 0 ? serve.iqn : fmt::format("{}-{}", serve.iqn, n + 1);
        const auto target =
            sim::iscsi::Target::listen(loop, *partitions.all[n], clock, *address, name);
        if (!target)
            return target.error();
        urls += fmt::format("changer {}\n", target->url(0));
        for (unsigned drive = 1; drive <= options.drives; ++drive)
            if (!options.missing_drives.contains(drive))
                urls += fmt::format("drive {} {}\n", drive, target->url(drive));
        if (address->port != 0)
            ++address->port;
    }
    return urls;
}

int run_serve(const Serve& serve) {
    const auto options = options_of(serve);
    if (!options)
        return fail(options.error());
    SystemClock clock;
    const auto partitions = make_partitions(serve, *options, clock);
    if (!partitions)
        return fail(partitions.error());
    auto loop = sim::Loop::create(partitions->all, clock);
    if (!loop)
        return fail(loop.error());
    const auto urls = listen_all(serve, *options, *partitions, **loop, clock);
    if (!urls)
        return fail(urls.error());
    if (!serve.control.empty())
        if (const auto listening = sim::listen_for_control(**loop, partitions->all, serve.control);
            !listening)
            return fail(listening.error());
    stop_on_signals(**loop);
    fmt::print("{}", *urls);
    std::fflush(stdout);
    (*loop)->run();
    return 0;
}

int run_ctl(const std::string& path, const std::vector<std::string>& words) {
    const auto answer = sim::request_control(path, words);
    if (!answer)
        return fail(answer.error());
    fmt::print("{}", *answer);
    return 0;
}

void add_serve_options(CLI::App& serving, Serve& serve) {
    serving.add_option("--listen", serve.listen, "ADDRESS:PORT, loopback only; port 0: any");
    serving.add_option("--iqn", serve.iqn, "the target's name");
    serving.add_option("--control", serve.control, "socket for \"changersim ctl\"");
    serving.add_option("--personality", serve.personality, "what kind of library, see below");
    serving
        .add_option("--partitions",
                    serve.partitions,
                    "partitions behind one door: a target and a port each")
        ->check(CLI::Range(1, 16));
    for (const sim::Setting& setting : sim::settings()) {
        const auto name = fmt::format("--{}", setting.name);
        const std::string what(setting.what);
        if (setting.value.empty())
            serving.add_flag(name, serve.flags[setting.name], what);
        else
            serving.add_option(name, serve.values[setting.name], what)
                ->type_name(std::string(setting.value));
    }
    serving.footer(sim::personality_help() + "\n" + sim::unkindness_help());
}

int run(int argc, char** argv) {
    CLI::App app{"A simulated tape library, served as an iSCSI target on loopback."};
    app.require_subcommand(1);

    Serve serve;
    auto* const serving = app.add_subcommand("serve", "serve a library until told to stop");
    add_serve_options(*serving, serve);

    std::string path;
    std::vector<std::string> words;
    auto* const controlling = app.add_subcommand("ctl", "do something to a served library");
    controlling->add_option("PATH", path, "the socket given to --control")->required();
    controlling->add_option("VERB", words, "what to do")->required();
    controlling->allow_extras(); // the verbs' own options, such as --json
    controlling->footer(sim::control_help() + "\n" + sim::fault_help());

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : info(Code::usage).exit;
    }
    if (*serving)
        return run_serve(serve);
    for (auto& word : controlling->remaining())
        words.push_back(std::move(word));
    return run_ctl(path, words);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);
        return 1;
    }
}
