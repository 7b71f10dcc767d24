// SPDX-License-Identifier: Apache-2.0
#include "changerctl/run.hpp"

#include "changerctl/command_line.hpp"
#include "changerctl/text_table.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>

namespace changer::ctl {
namespace {

constexpr int interrupted_exit = 130; // 128 + SIGINT, as a shell has it

struct Hint {
    Code code;
    std::string_view text;
};

/// What to do next, where the sentence itself cannot know.
constexpr std::array hints{
    Hint{Code::usage, "changerctl --help, or changerctl COMMAND --help, tells what there is"},
    Hint{Code::unreachable,
         "systemctl status changerd tells whether it runs; --socket PATH names another socket"},
    Hint{Code::access_denied,
         "root may do everything; others need a right in changerd's configuration"},
    Hint{Code::not_found,
         "changerctl libraries, media, jobs --all and requests list what there is"},
    Hint{Code::library_offline, "changerctl status tells why"},
    Hint{Code::busy, "changerctl jobs tells what is under way"},
    Hint{Code::door_open, "changerctl door and changerctl jobs tell what is under way"},
    Hint{Code::malformed_response,
         "is --socket the socket of changerd, and is it of this version?"},
    Hint{Code::not_enough_memory, "the daemon has too much to do: try again in a moment"},
};

void report(const Error& error, Io& io) {
    io.err << "changerctl: " << printable(to_string(error)) << '\n';
    for (const Hint& hint : hints)
        if (hint.code == error.code)
            io.err << "  " << hint.text << '\n';
    io.err << std::flush;
}

Result<int> execute(const Invocation& invocation, Io& io) {
    Context context{invocation.globals,
                    client::Client({.socket_path = invocation.globals.socket_path,
                                    .interrupt_fd = io.interrupt_fd}),
                    io};
    return invocation.command->run(context, invocation.arguments);
}

} // namespace

int run(const std::vector<std::string>& words, Io& io) {
    auto invocation = parse_command_line(words);
    if (!invocation) {
        report(invocation.error(), io);
        return info(invocation.error().code).exit;
    }
    if (invocation->command == nullptr) {
        io.out << invocation->text << std::flush;
        return 0;
    }
    const auto done = execute(*invocation, io);
    if (done)
        return *done;
    const bool by_user =
        done.error().code == Code::interrupted && client::is_readable(io.interrupt_fd);
    report(done.error(), io);
    return by_user ? interrupted_exit : info(done.error().code).exit;
}

} // namespace changer::ctl
