// SPDX-License-Identifier: Apache-2.0
#include "sim/control.hpp"
#include "sim/iscsi/target.hpp"
#include "sim/library.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
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
    std::string personality = "default";
    std::string serial = "SIM0000001";
    sim::Options options = {};
    double speed = 1;
    bool instant = false;
};

int fail(const Error& error) {
    fmt::print(stderr, "changersim: {}\n", to_string(error));
    return info(error.code).exit;
}

std::string personality_help() {
    std::string text = "Personalities:\n";
    for (const auto& row : sim::personalities())
        text += fmt::format("  {:<20} {}\n", row.name, row.what);
    return text;
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
    const auto* const personality = sim::find_personality(serve.personality);
    if (!personality)
        return Error{Code::invalid_parameter,
                     fmt::format("there is no personality \"{}\"\n{}",
                                 serve.personality,
                                 personality_help())};
    auto options = serve.options;
    options.personality = *personality;
    options.serial = serve.serial;
    options.timing = serve.instant ? sim::Timing::instant() : sim::Timing{}.faster(serve.speed);
    if (auto checked = options.check(); !checked)
        return std::move(checked).error();
    return options;
}

int run_serve(const Serve& serve) {
    const auto options = options_of(serve);
    if (!options)
        return fail(options.error());
    const auto address = sim::iscsi::ListenAddress::parse(serve.listen);
    if (!address)
        return fail(address.error());
    SystemClock clock;
    sim::Library library(*options, clock);
    auto loop = sim::Loop::create(library, clock);
    if (!loop)
        return fail(loop.error());
    const auto target = sim::iscsi::Target::listen(**loop, library, clock, *address, serve.iqn);
    if (!target)
        return fail(target.error());
    if (!serve.control.empty())
        if (const auto listening = sim::listen_for_control(**loop, library, serve.control);
            !listening)
            return fail(listening.error());
    stop_on_signals(**loop);
    fmt::print("changer {}\n", target->url(0));
    for (unsigned drive = 1; drive <= options->drives; ++drive)
        fmt::print("drive {} {}\n", drive, target->url(drive));
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

int run(int argc, char** argv) {
    CLI::App app{"A simulated tape library, served as an iSCSI target on loopback."};
    app.require_subcommand(1);

    Serve serve;
    auto* const serving = app.add_subcommand("serve", "serve a library until told to stop");
    serving->add_option("--listen", serve.listen, "ADDRESS:PORT, loopback only; port 0: any");
    serving->add_option("--iqn", serve.iqn, "the target's name");
    serving->add_option("--control", serve.control, "socket for \"changersim ctl\"");
    serving->add_option("--personality", serve.personality, "what kind of library");
    serving->add_option("--serial", serve.serial, "the changer's serial number");
    serving->add_option("--slots", serve.options.slots);
    serving->add_option("--drives", serve.options.drives);
    serving->add_option("--mail", serve.options.mail_slots);
    serving->add_option("--tapes", serve.options.tapes, "in the first slots: VT0001L8...");
    serving->add_option("--speed", serve.speed, "how many times faster than a real library")
        ->check(CLI::PositiveNumber);
    serving->add_flag("--instant", serve.instant, "nothing takes any time");
    serving->add_option("--seed", serve.options.seed, "of what is random in faults");
    serving->footer(personality_help());

    std::string path;
    std::vector<std::string> words;
    auto* const controlling = app.add_subcommand("ctl", "do something to a served library");
    controlling->add_option("PATH", path, "the socket given to --control")->required();
    controlling->add_option("VERB", words, "what to do")->required();
    controlling->allow_extras(); // the verbs' own options, such as --json
    controlling->footer(std::string(sim::control_help()) + "\n" + std::string(sim::fault_help()));

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
