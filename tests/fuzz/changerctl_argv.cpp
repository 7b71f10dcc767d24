// SPDX-License-Identifier: Apache-2.0
#include "changerctl/command_line.hpp"
#include "changerctl/run.hpp"
#include "fuzz/fuzz.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <vector>

using namespace changer;

namespace {

/// Words worth trying: every command's name and options, and what may stand beside them. A byte of
/// the input chooses one, or the length of a word of its own.
const std::vector<std::string>& words() {
    static const auto all = [] {
        std::vector<std::string> known{
            "--json",    "--library",
            "--timeout", "--no-wait",
            "--help",    "--version",
            "main",      "slot:1",
            "drive:1",   "@1024",
            "main-1",    "complete",
            "refuse",    "fast",
            "02/04/8E",  "70000200",
            "IBM 3573",  "-1",
            "0",         "86400",
            "",          "99999999999999999999",
        };
        for (const auto& command : ctl::commands()) {
            known.emplace_back(command.name);
            for (const auto& option : command.options)
                known.emplace_back(option.name);
        }
        return known;
    }();
    return all;
}

/// No daemon is where these look for one, and no device.
std::vector<std::string> arguments(std::string_view input) {
    constexpr std::size_t longest_line = 16;
    std::vector<std::string> line{"--socket", "/nonexistent/socket"};
    while (!input.empty() && line.size() < longest_line) {
        const auto choice = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        if (choice < words().size()) {
            line.push_back(words()[choice]);
            continue;
        }
        const std::size_t length = std::min<std::size_t>(choice % 16, input.size());
        line.emplace_back(input.substr(0, length));
        input.remove_prefix(length);
    }
    return line;
}

/// Ctrl-C was pressed already: no command waits.
int interrupted() {
    static const int fd = [] {
        std::array<int, 2> ends{-1, -1};
        fuzz::require(::pipe(ends.data()) == 0 && ::write(ends[1], "", 1) == 1);
        return ends[0];
    }();
    return fd;
}

/// Whether a terminal shows all of it as it stands.
bool harmless(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char character) {
        return (character < 0x20 && character != '\n') || character == 0x7F;
    });
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = arguments({static_cast<const char*>(static_cast<const void*>(data)), size});
    const auto parsed = ctl::parse_command_line(line);
    std::ostringstream out, err;
    ctl::Io io{.out = out, .err = err, .interrupt_fd = interrupted()};
    const int exit = ctl::run(line, io);
    constexpr int by_signal = 130;
    fuzz::require(exit >= 0 && exit <= by_signal);
    fuzz::require(exit == 0 || !err.str().empty() || !out.str().empty());
    fuzz::require(harmless(out.str()) && harmless(err.str()));
    if (!parsed) {
        fuzz::require(exit == info(Code::usage).exit);
        fuzz::require(out.str().empty());
    }
    return 0;
}
