// SPDX-License-Identifier: Apache-2.0
#include "sim/control.hpp"

#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace changer::sim {
namespace {

using Words = std::span<const std::string>;
using Answer = Result<std::string>;

Answer said(Result<void> result) {
    if (!result)
        return std::move(result).error();
    return std::string();
}

/// Calls a function of the library that takes nothing.
template <auto function>
Answer act(Library& library, Words) {
    return said((library.*function)());
}

template <auto function>
Answer act_on_magazine(Library& library, Words words) {
    const auto number = to_number(words[0], 0xFFFF);
    if (!number)
        return Error{Code::invalid_parameter, fmt::format("\"{}\" is no magazine: 1", words[0])};
    return said((library.*function)(*number));
}

Answer insert(Library& library, Words words) {
    const auto cell = library.element(words[1]);
    if (!cell)
        return cell.error();
    if (words.size() == 3 && words[2] != "new")
        return Error{Code::usage, fmt::format("insert: what is \"{}\"?", words[2])};
    return said(
        library.insert(words[0], *cell, words.size() == 3 ? Origin::factory : Origin::shelf));
}

Answer label(Library& library, Words words) {
    const auto cell = library.element(words[0]);
    if (!cell)
        return cell.error();
    const auto kind = parse_label_kind(words[1]);
    if (!kind)
        return Error{Code::invalid_parameter,
                     fmt::format("\"{}\" is none of {}", words[1], label_kinds())};
    return said(library.label(*cell, {*kind, words.size() == 3 ? words[2] : std::string()}));
}

Answer soil(Library& library, Words words) {
    const auto cell = library.element(words[0]);
    return cell ? said(library.soil(*cell)) : Answer(cell.error());
}

Answer remove(Library& library, Words words) {
    const auto cell = library.element(words[0]);
    return cell ? said(library.remove(*cell)) : Answer(cell.error());
}

/// Calls a function of the library that takes two elements.
template <auto function>
Answer act_on_two(Library& library, Words words) {
    const auto one = library.element(words[0]);
    if (!one)
        return one.error();
    const auto other = library.element(words[1]);
    return other ? said((library.*function)(*one, *other)) : Answer(other.error());
}

Answer offline(Library& library, Words) {
    return said(library.set_online(false));
}

Answer online(Library& library, Words) {
    return said(library.set_online(true));
}

Answer panel(Library& library, Words) {
    library.touch_panel();
    return std::string();
}

Answer power_cycle(Library& library, Words) {
    library.power_cycle();
    return std::string();
}

Answer reset(Library& library, Words) {
    library.reset_every_unit();
    return std::string();
}

Answer fault(Library& library, Words words) {
    if (words[0] == "clear") {
        library.clear_faults();
        return std::string();
    }
    const auto parsed = parse_fault(words[0]);
    if (!parsed)
        return parsed.error();
    library.inject(*parsed);
    return std::string();
}

Answer show(Library& library, Words words) {
    const auto snapshot = library.snapshot();
    if (words.empty())
        return to_text(snapshot);
    if (words[0] != "--json")
        return Error{Code::usage, fmt::format("show: what is \"{}\"?", words[0])};
    return to_json(snapshot) + "\n";
}

/// How many operands a verb takes.
struct Count {
    std::size_t least = 0;
    std::size_t most = 0;
};

constexpr Count none{0, 0};
constexpr Count one{1, 1};
constexpr Count two{2, 2};

struct Verb {
    std::string_view words; ///< the verb and its operands, as it reads
    Count count;
    Answer (*run)(Library&, Words) = nullptr;
    std::string_view what = {};

    std::string_view name() const { return words.substr(0, words.find(' ')); }
};

constexpr auto pull = act_on_magazine<&Library::pull_magazine>;
constexpr auto push = act_on_magazine<&Library::push_magazine>;
constexpr auto foreign = act_on_two<&Library::move_silently>;

constexpr std::array verbs{
    Verb{"open-door", none, act<&Library::open_door>, "refused while PREVENT holds it"},
    Verb{"close-door", none, act<&Library::close_door>, "then the library looks at its cells"},
    Verb{"pull-magazine N", one, pull, "where there is no door"},
    Verb{"push-magazine N", one, push},
    Verb{"open-mail", none, act<&Library::open_mail>, "the mail slots, all together"},
    Verb{"close-mail", none, act<&Library::close_mail>},
    Verb{"insert BARCODE SLOT [new]", {2, 3}, insert, "new: not the one that was taken out"},
    Verb{"remove SLOT", one, remove, "SLOT is 3 or slot:3, mail:1, @ADDRESS"},
    Verb{"swap SLOT SLOT", two, act_on_two<&Library::swap>},
    Verb{"label SLOT KIND [NAME]", {2, 3}, label, "writes on the cartridge, see serve --labels"},
    Verb{"dirty DRIVE", one, soil, "drive:1 asks to be cleaned"},
    Verb{"foreign-move FROM TO", two, foreign, "another host's; no unit attention tells"},
    Verb{"offline", none, offline, "the panel's switch"},
    Verb{"online", none, online},
    Verb{"panel", none, panel, "somebody reads the panel's menus"},
    Verb{"power-cycle", none, power_cycle, "off and on again"},
    Verb{"reset", none, reset, "of the bus: nobody prevents any more, everybody gets 6/29/03"},
    Verb{"fault SPEC|clear", one, fault, "see below"},
    Verb{"show [--json]", {0, 1}, show, "door, lock holders, elements, command counts"},
};

constexpr std::string_view stop_verb = "stop";
constexpr std::string_view after_verb = "after";
constexpr std::string_view partition_verb = "partition";

struct Help {
    std::string_view words;
    std::string_view what;
};

constexpr std::array more_help{
    Help{"after MS VERB...", "does that MS milliseconds later"},
    Help{"partition N VERB...", "does that in the N-th partition instead of the first"},
    Help{"stop", "ends the server"},
};

/// A verb and its operands, found and counted, and whose library it is about.
struct Order {
    const Verb* verb = nullptr;
    Library* library = nullptr;
    Words operands = {};
};

Result<Order> order(Libraries libraries, Words words) {
    if (words.empty())
        return Error{Code::usage, "which verb?"};
    if (words[0] == partition_verb) {
        const auto number = to_number(words.size() > 1 ? words[1] : "", 0xFFFF);
        if (!number)
            return Error{Code::usage, "partition N VERB...: which partition?"};
        if (*number < 1 || *number > libraries.size())
            return Error{
                Code::not_found,
                fmt::format("there is no partition {}: there are {}", *number, libraries.size())};
        return order(libraries.subspan(*number - 1, 1), words.subspan(2));
    }
    const auto* const verb = std::find_if(
        verbs.begin(), verbs.end(), [&](const Verb& row) { return row.name() == words[0]; });
    if (verb == verbs.end())
        return Error{Code::usage, fmt::format("there is no verb \"{}\"", words[0])};
    const auto operands = words.subspan(1);
    if (operands.size() < verb->count.least || operands.size() > verb->count.most)
        return Error{Code::usage, fmt::format("it reads: {}", verb->words)};
    return Order{.verb = verb, .library = libraries.front(), .operands = operands};
}

/// What nobody waits for any more, and who wants to know reads in the server's output.
void do_later(Libraries libraries, Loop& loop, Words words) {
    const auto done = control(libraries, loop, words);
    std::string text;
    for (const auto& word : words)
        text += word + ' ';
    if (!done)
        fmt::print(stderr, "changersim: {}: {}\n", text, done.error().what);
}

Answer after(Libraries libraries, Loop& loop, Words words) {
    const auto delay = to_number(words.size() > 1 ? words[1] : "", 86'400'000);
    if (!delay)
        return Error{Code::usage, "after MS VERB...: how many milliseconds, a day at most?"};
    const std::vector<std::string> then(words.begin() + 2, words.end());
    if (then.empty() || (then[0] != stop_verb)) // nonsense is refused now, not then
        if (const auto valid = order(libraries, then); !valid)
            return valid.error();
    loop.after(std::chrono::milliseconds{*delay},
               [all = std::vector(libraries.begin(), libraries.end()), &loop, then] {
                   do_later(all, loop, then);
               });
    return std::string();
}

} // namespace

Result<std::string> control(Libraries libraries, Loop& loop, Words words) {
    if (!words.empty() && words[0] == after_verb)
        return after(libraries, loop, words);
    if (words.size() == 1 && words[0] == stop_verb) {
        loop.stop();
        return std::string();
    }
    const auto found = order(libraries, words);
    if (!found)
        return found.error();
    return found->verb->run(*found->library, found->operands);
}

Result<std::string> control(Library& library, Loop& loop, Words words) {
    const std::array libraries{&library};
    return control(libraries, loop, words);
}

std::string control_help() {
    std::string text = "Verbs:\n";
    for (const Verb& verb : verbs)
        text += fmt::format("  {:<26} {}\n", verb.words, verb.what);
    for (const Help& help : more_help)
        text += fmt::format("  {:<26} {}\n", help.words, help.what);
    return text;
}

} // namespace changer::sim
