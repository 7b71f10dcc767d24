// SPDX-License-Identifier: Apache-2.0
#include "changerctl/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <sstream>

namespace changer::ctl {
namespace {

constexpr std::int64_t longest_wait = std::int64_t{10} * 365 * 86'400;

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in{std::string(text)};
    for (std::string part; std::getline(in, part, separator);)
        if (!part.empty())
            parts.push_back(part);
    return parts;
}

Error usage(std::string what) {
    return {Code::usage, std::move(what)};
}

/// Checks a word against "a|b|c"; text in capitals stands for anything.
bool is_allowed(std::string_view choices, const std::string& word) {
    const bool closed =
        choices.find('|') != std::string_view::npos &&
        std::none_of(choices.begin(), choices.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const auto words = split(choices, '|');
    return !closed || std::find(words.begin(), words.end(), word) != words.end();
}

/// Checks what was typed behind the name against the row's operands.
Result<void> check_operands(const Command& command, const std::vector<std::string>& typed) {
    auto operands = split(command.operands, ' ');
    const auto synopsis = fmt::format("changerctl {} {}", command.name, command.operands);
    const auto is_optional = [](const std::string& operand) { return operand.front() == '['; };
    // "[drive|media] [NAME] KEY VALUE": those in front are typed together, or left out together.
    const auto needed = std::find_if_not(operands.begin(), operands.end(), is_optional);
    const auto optional_count =
        static_cast<std::size_t>(std::count_if(operands.begin(), operands.end(), is_optional));
    if (needed != operands.end() && typed.size() + optional_count <= operands.size())
        operands.erase(operands.begin(), needed);
    const bool open_ended = !operands.empty() && operands.back().ends_with("...");
    if (typed.size() > operands.size() && !open_ended)
        return usage(fmt::format("\"{}\" is too much: {}", typed[operands.size()], synopsis));
    for (std::size_t i = 0; i < operands.size(); ++i) {
        auto& operand = operands[i];
        const bool optional = is_optional(operand);
        if (optional)
            operand = operand.substr(1, operand.size() - 2);
        if (i >= typed.size() && !optional)
            return usage(fmt::format("{} is missing: {}", operand, synopsis));
        if (i < typed.size() && !is_allowed(operand, typed[i]))
            return usage(fmt::format("\"{}\" is not one of {}: {}", typed[i], operand, synopsis));
    }
    return {};
}

Result<void> check_options(const Command& command, const Arguments& arguments) {
    for (const Option& option : command.options) {
        const auto value = arguments.option(option.name);
        if (value && !option.value.empty() && !is_allowed(option.value, *value))
            return usage(
                fmt::format("{} is one of {}, not \"{}\"", option.name, option.value, *value));
    }
    return {};
}

/// The CLI11 model of the table, and what it fills.
class Model {
  public:
    Model();

    Result<Invocation> parse(std::vector<std::string> words);

  private:
    struct Filled {
        const Command* command = nullptr;
        CLI::App* app = nullptr;
        std::vector<std::string> operands;
        std::deque<std::pair<const Option*, std::string>> values; ///< stable addresses
        std::deque<std::pair<const Option*, bool>> flags;
    };

    void add_globals();
    void add(const Command& command);
    Result<Invocation> take();
    Result<void> take_command(Invocation& invocation, const Filled& filled);

    CLI::App app_{"Runs media changers through changerd.", "changerctl"};
    Globals globals_;
    std::string timeout_;
    std::deque<Filled> filled_;
};

Model::Model() {
    app_.require_subcommand(0, 1); // none, or an unknown one: see parse()
    app_.set_version_flag("--version", CHANGER_VERSION);
    app_.footer("A place is slot:N (or N), drive:N, mail:N or @ADDRESS; a barcode names the place "
                "of its cartridge.");
    add_globals();
    for (const Command& command : commands())
        add(command);
}

void Model::add_globals() {
    app_.add_option("--socket", globals_.socket_path, "the daemon's socket")
        ->option_text(fmt::format("PATH (default: {})", client::default_socket));
    app_.add_option("-l,--library", globals_.library, "the library; not needed where there is one")
        ->option_text("ID");
    app_.add_flag("-J,--json", globals_.json, "print the API's JSON object and nothing else");
    app_.add_flag("--no-wait", globals_.no_wait, "queue the job and return");
    app_.add_option("--timeout", timeout_, "stop waiting after this time; the job goes on")
        ->option_text("SECONDS");
}

void Model::add(const Command& command) {
    Filled& filled = filled_.emplace_back();
    filled.command = &command;
    filled.app = app_.add_subcommand(std::string(command.name), std::string(command.help));
    filled.app->group(std::string(command.group));
    filled.app->fallthrough(); // global options are understood behind the command too
    if (!command.operands.empty())
        filled.app->add_option("operands", filled.operands, "")
            ->option_text(std::string(command.operands));
    for (const Option& option : command.options) {
        const std::string name = (option.letter.empty() ? "" : std::string(option.letter) + ",") +
                                 std::string(option.name);
        const std::string help(option.help);
        if (option.value.empty()) {
            auto& flag = filled.flags.emplace_back(&option, false);
            filled.app->add_flag(name, flag.second, help);
        } else {
            auto& value = filled.values.emplace_back(&option, "");
            filled.app->add_option(name, value.second, help)
                ->option_text(std::string(option.value));
        }
    }
}

Result<void> Model::take_command(Invocation& invocation, const Filled& filled) {
    invocation.command = filled.command;
    invocation.arguments.operands = filled.operands;
    for (const auto& [option, value] : filled.values)
        if (filled.app->get_option(std::string(option->name))->count() > 0)
            invocation.arguments.options[std::string(option->name)] = value;
    for (const auto& [option, set] : filled.flags)
        if (set)
            invocation.arguments.options[std::string(option->name)] = "";
    if (auto checked = check_operands(*filled.command, filled.operands); !checked)
        return checked;
    return check_options(*filled.command, invocation.arguments);
}

Result<Invocation> Model::take() {
    Invocation invocation;
    if (!timeout_.empty()) {
        const auto seconds = parse_seconds(timeout_, longest_wait);
        if (!seconds)
            return Error(seconds.error()).in("--timeout");
        globals_.timeout = *seconds;
    }
    invocation.globals = globals_;
    for (const Filled& filled : filled_)
        if (filled.app->parsed())
            if (auto taken = take_command(invocation, filled); !taken)
                return std::move(taken).error();
    return invocation;
}

Result<Invocation> Model::parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end()); // as CLI11 takes them
    // CLI11 reports by exceptions; none leaves this function.
    try {
        app_.parse(words);
    } catch (const CLI::Success& asked) {
        std::ostringstream text;
        app_.exit(asked, text, text);
        Invocation invocation;
        invocation.text = text.str();
        return invocation;
    } catch (const CLI::ExtrasError& error) {
        const auto unknown = app_.remaining();
        if (app_.get_subcommands().empty() && !unknown.empty())
            return usage(fmt::format("there is no command \"{}\"", unknown.front()));
        return usage(error.what());
    } catch (const CLI::ParseError& error) {
        return usage(error.what());
    }
    if (app_.get_subcommands().empty())
        return usage("which command?");
    return take();
}

} // namespace

Result<Invocation> parse_command_line(const std::vector<std::string>& words) {
    return Model().parse(words);
}

Result<std::chrono::seconds> parse_seconds(const std::string& text, std::int64_t largest) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > largest)
        return usage(
            fmt::format("\"{}\" is not a whole number of seconds from 0 to {}", text, largest));
    return std::chrono::seconds{value};
}

} // namespace changer::ctl
