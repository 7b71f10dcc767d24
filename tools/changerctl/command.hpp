// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/client.hpp"
#include "support/result.hpp"

#include <chrono>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::ctl {

/// Options that every command takes.
struct Globals {
    std::string socket_path{client::default_socket};
    std::string library; ///< empty: the only one
    bool json = false;
    bool no_wait = false;
    std::optional<std::chrono::seconds> timeout;
};

/// What was typed behind a command's name.
struct Arguments {
    std::vector<std::string> operands;
    std::map<std::string, std::string, std::less<>> options; ///< by name, "--inventory"

    /// Returns an operand; an empty text if it was left out.
    std::string operand(std::size_t index) const {
        return index < operands.size() ? operands[index] : std::string();
    }

    /// Returns an option's value; none if it was left out.
    std::optional<std::string> option(std::string_view name) const {
        const auto found = options.find(name);
        return found == options.end() ? std::nullopt : std::optional(found->second);
    }
};

/// Where a command writes, and what is there.
struct Io {
    std::ostream& out;
    std::ostream& err;
    bool progress_line = false; ///< `err` is a terminal: one line is written over and over
    bool colour = false;        ///< `out` is a terminal that wants colours
    std::size_t columns = 80;
    int interrupt_fd = -1; ///< readable: the user pressed Ctrl-C
};

/// What a command works with.
struct Context {
    Globals globals;
    client::Client client;
    Io& io;
};

/// One option of one command.
struct Option {
    std::string_view name;
    std::string_view value; ///< what stands in the help; words with "|" are the only ones allowed;
                            ///< empty: a flag
    std::string_view help;
    std::string_view letter = {}; ///< its short form, "-v"; empty: none
};

/// One command: a row of the table.
struct Command {
    std::string_view name;
    std::string_view group;
    /// "DRIVE [SLOT]": those in brackets may be left out, those in front of others together;
    /// "SENSE...": the last takes all there is.
    std::string_view operands;
    std::string_view help;
    std::span<const Option> options;
    /// Returns the exit code.
    Result<int> (*run)(Context& context, const Arguments& arguments);
};

/// Returns the table; help, usage and completions follow from it.
std::span<const Command> commands();

} // namespace changer::ctl
