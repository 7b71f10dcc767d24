// SPDX-License-Identifier: Apache-2.0
#include "sim/control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace changer::sim {
namespace {

using Words = std::span<const std::string>;
using Answer = Result<std::string>;

Answer said(Result<void> result, std::string text = {}) {
    if (!result)
        return std::move(result).error();
    return text;
}

Answer open_door(Library& library, Loop&, Words) {
    return said(library.open_door());
}

Answer close_door(Library& library, Loop&, Words) {
    return said(library.close_door());
}

Answer open_mail(Library& library, Loop&, Words) {
    return said(library.open_mail());
}

Answer close_mail(Library& library, Loop&, Words) {
    return said(library.close_mail());
}

Answer insert(Library& library, Loop&, Words words) {
    const auto cell = library.element(words[1]);
    return cell ? said(library.insert(words[0], *cell)) : Answer(cell.error());
}

Answer remove(Library& library, Loop&, Words words) {
    const auto cell = library.element(words[0]);
    return cell ? said(library.remove(*cell)) : Answer(cell.error());
}

Answer swap(Library& library, Loop&, Words words) {
    const auto one = library.element(words[0]);
    if (!one)
        return one.error();
    const auto other = library.element(words[1]);
    return other ? said(library.swap(*one, *other)) : Answer(other.error());
}

Answer offline(Library& library, Loop&, Words) {
    library.set_online(false);
    return std::string();
}

Answer online(Library& library, Loop&, Words) {
    library.set_online(true);
    return std::string();
}

Answer reset(Library& library, Loop&, Words) {
    library.reset_every_unit();
    return std::string();
}

Answer fault(Library& library, Loop&, Words words) {
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

Answer show(Library& library, Loop&, Words words) {
    const auto snapshot = library.snapshot();
    if (words.empty())
        return to_text(snapshot);
    if (words[0] != "--json")
        return Error{Code::usage, fmt::format("show: what is \"{}\"?", words[0])};
    return to_json(snapshot) + "\n";
}

Answer stop(Library&, Loop& loop, Words) {
    loop.stop();
    return std::string();
}

struct Verb {
    std::string_view name;
    std::size_t least = 0;
    std::size_t most = 0;
    Answer (*run)(Library&, Loop&, Words) = nullptr;
};

constexpr std::array verbs{
    Verb{"open-door", 0, 0, open_door},
    Verb{"close-door", 0, 0, close_door},
    Verb{"insert", 2, 2, insert},
    Verb{"remove", 1, 1, remove},
    Verb{"swap", 2, 2, swap},
    Verb{"open-mail", 0, 0, open_mail},
    Verb{"close-mail", 0, 0, close_mail},
    Verb{"offline", 0, 0, offline},
    Verb{"online", 0, 0, online},
    Verb{"reset", 0, 0, reset},
    Verb{"fault", 1, 1, fault},
    Verb{"show", 0, 1, show},
    Verb{"stop", 0, 0, stop},
};

} // namespace

Result<std::string> control(Library& library, Loop& loop, Words words) {
    if (words.empty())
        return Error{Code::usage, "which verb?"};
    const auto* const verb = std::find_if(
        verbs.begin(), verbs.end(), [&](const Verb& row) { return row.name == words[0]; });
    if (verb == verbs.end())
        return Error{Code::usage, fmt::format("there is no verb \"{}\"", words[0])};
    const auto operands = words.subspan(1);
    if (operands.size() < verb->least || operands.size() > verb->most)
        return Error{Code::usage, fmt::format("{}: wrong number of operands", verb->name)};
    return verb->run(library, loop, operands);
}

std::string_view control_help() {
    return R"(Verbs:
  open-door, close-door         refused while an initiator's PREVENT holds the door
  insert BARCODE SLOT           SLOT is 3 or slot:3, mail:1, @ADDRESS
  remove SLOT, swap SLOT SLOT   behind the open door, or in open mail slots
  open-mail, close-mail
  offline, online               the panel's switch
  reset                         of the bus: nobody prevents any more, everybody gets 6/29/03
  fault SPEC, fault clear       see below
  show [--json]                 door, lock holders, elements, command counts
  stop                          end the server
)";
}

} // namespace changer::sim
