// SPDX-License-Identifier: Apache-2.0
#include "sim/settings.hpp"

#include "sim/commands.hpp"
#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace changer::sim {
namespace {

using Applied = Result<void>;

Error bad_value(std::string_view what) {
    return {Code::invalid_parameter, std::string(what)};
}

/// Reads a number into a member of Options or of its layout.
template <class Number>
Applied read_number(Number& number, std::string_view value, std::uint32_t most) {
    const auto read = to_number(value, most);
    if (!read)
        return bad_value(fmt::format("\"{}\" is no number from 0 to {}", value, most));
    number = static_cast<Number>(*read);
    return {};
}

constexpr std::uint32_t any_number = 0xFFFF'FFFF;
constexpr std::uint32_t any_address = 0xFFFF;

Applied read_address(std::uint16_t& address, std::string_view value) {
    return read_number(address, value, any_address);
}

/// Calls `each` for the parts of "a,b,c"; false if it does not like one of them.
template <class Each>
bool for_each_part(std::string_view list, Each each) {
    while (true) {
        const auto comma = list.find(',');
        if (!each(list.substr(0, comma)))
            return false;
        if (comma == list.npos)
            return true;
        list.remove_prefix(comma + 1);
    }
}

Applied set_speed(Options& options, std::string_view value) {
    const std::string text(value);
    char* end = nullptr;
    const double speed = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(speed) || speed <= 0)
        return bad_value(fmt::format("\"{}\" is no speed: a number above 0", value));
    options.timing = Timing{}.faster(speed);
    return {};
}

Applied set_serial(Options& options, std::string_view value) {
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7F'; });
    if (value.empty() || value.size() > 32 || !printable)
        return bad_value("a serial number has 1 to 32 printable characters, no blanks");
    options.serial = value;
    return {};
}

Applied set_media(Options& options, std::string_view value) {
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    });
    if (value.size() != 2 || !plain)
        return bad_value(fmt::format("\"{}\" is no media identifier: L8", value));
    options.media = value;
    return {};
}

Applied set_missing_drives(Options& options, std::string_view value) {
    const bool read = for_each_part(value, [&](std::string_view part) {
        const auto number = to_number(part, any_address);
        if (number)
            options.missing_drives.insert(*number);
        return number && *number > 0;
    });
    return read ? Applied{} : bad_value(fmt::format("\"{}\" is no list of drives: 2,3", value));
}

Applied set_without(Options& options, std::string_view value) {
    const bool read = for_each_part(value, [&](std::string_view part) {
        const auto opcode = parse_opcode(part);
        if (opcode)
            options.without.set(*opcode);
        return opcode.has_value();
    });
    return read ? Applied{}
                : bad_value(
                      fmt::format("\"{}\" is no list of commands: a6,b5 or exchange,res", value));
}

struct IdentifierForm {
    std::string_view name;
    Identifiers identifiers;
    IdentifierRule rule;
};

constexpr std::array identifier_forms{
    IdentifierForm{"full", Identifiers::full, IdentifierRule::always},
    IdentifierForm{"serial", Identifiers::serial_only, IdentifierRule::always},
    IdentifierForm{"none", Identifiers::none, IdentifierRule::always},
    IdentifierForm{"not-with-tags", Identifiers::full, IdentifierRule::never_with_tags},
    IdentifierForm{"ibm-3584", Identifiers::full, IdentifierRule::ibm_3584},
};

Applied set_identifiers(Options& options, std::string_view value) {
    for (const auto& form : identifier_forms)
        if (form.name == value) {
            options.personality.layout.identifiers = form.identifiers;
            options.personality.layout.identifier_rule = form.rule;
            return {};
        }
    return bad_value(
        fmt::format("\"{}\" is none of full serial none not-with-tags ibm-3584", value));
}

Applied set_labels(Options& options, std::string_view value) {
    const auto kind = parse_label_kind(value);
    if (!kind)
        return bad_value(fmt::format("\"{}\" is none of {}", value, label_kinds()));
    options.labels = *kind;
    return {};
}

Applied set_magazines(Options& options, std::string_view value) {
    if (!options.personality.magazines)
        return bad_value("this personality has a door, not magazines");
    return read_number(options.personality.magazines->count, value, any_address);
}

constexpr std::array setting_table{
    Setting{"slots",
            "N",
            "storage elements (24)",
            [](Options& o, std::string_view v) { return read_number(o.slots, v, any_number); }},
    Setting{"drives",
            "N",
            "drives (2)",
            [](Options& o, std::string_view v) { return read_number(o.drives, v, any_number); }},
    Setting{
        "mail",
        "N",
        "mail slots (4)",
        [](Options& o, std::string_view v) { return read_number(o.mail_slots, v, any_number); }},
    Setting{"tapes",
            "N",
            "in the first slots, VT0001L8... (16, or as many as there are slots)",
            [](Options& o, std::string_view v) { return read_number(o.tapes, v, any_number); }},
    Setting{"speed", "X", "how many times faster than a real library (1)", set_speed},
    Setting{"instant",
            "",
            "nothing takes any time",
            [](Options& o, std::string_view) {
                o.timing = Timing::instant();
                return Applied{};
            }},
    Setting{"media", "XX", "the last two characters of their barcodes (L8)", set_media},
    Setting{"labels",
            "KIND",
            "on new cartridges: ansi ebcdic ltfs bacula bareos amanda tar unknown blank encrypted "
            "unreadable (ansi)",
            set_labels},
    Setting{"tape-life",
            "LOADS",
            "then a drive sets TapeAlert 7 at each load (20000)",
            [](Options& o, std::string_view v) { return read_number(o.tape_life, v, any_number); }},
    Setting{"seed",
            "N",
            "of what is random in faults (1)",
            [](Options& o, std::string_view v) { return read_number(o.seed, v, any_number); }},
    Setting{"serial", "TEXT", "the changer's serial number (SIM0000001)", set_serial},
    Setting{"unkind",
            "NAME[,NAME]",
            "bad manners, see below",
            [](Options& o, std::string_view v) { return turn_on(o.personality.unkind, v); }},
    Setting{"without",
            "COMMAND[,COMMAND]",
            "commands it does not know, as in faults: a6,b5",
            set_without},
    Setting{"missing-drives", "N[,N]", "bays with no drive in them", set_missing_drives},
    Setting{"magazines", "N", "storage is divided among so many (2)", set_magazines},
    Setting{"first-arm",
            "ADDRESS",
            "where the arms begin (1)",
            [](Options& o, std::string_view v) {
                return read_address(o.personality.layout.first_arm, v);
            }},
    Setting{"first-mail",
            "ADDRESS",
            "where the mail slots begin (16)",
            [](Options& o, std::string_view v) {
                return read_address(o.personality.layout.first_mail_slot, v);
            }},
    Setting{"first-drive",
            "ADDRESS",
            "where the drives begin (256)",
            [](Options& o, std::string_view v) {
                return read_address(o.personality.layout.first_drive, v);
            }},
    Setting{"first-slot",
            "ADDRESS",
            "where storage begins (1024)",
            [](Options& o, std::string_view v) {
                return read_address(o.personality.layout.first_slot, v);
            }},
    Setting{"arms",
            "N",
            "arms; 0: one, and it is not reported (1)",
            [](Options& o, std::string_view v) {
                return read_number(o.personality.layout.arms, v, 127);
            }},
    Setting{
        "identifiers", "FORM", "DVCID: full serial none not-with-tags ibm-3584", set_identifiers},
    Setting{"alternate-tags",
            "",
            "each cartridge has another label (AVOLTAG)",
            [](Options& o, std::string_view) {
                o.personality.layout.alternate_tags = true;
                return Applied{};
            }},
    Setting{"extra-bytes",
            "N",
            "at the end of every element descriptor (0)",
            [](Options& o, std::string_view v) {
                return read_number(o.personality.layout.extra_bytes, v, 1024);
            }},
};

} // namespace

std::span<const Setting> settings() {
    return setting_table;
}

Result<void> apply_setting(Options& options, std::string_view name, std::string_view value) {
    const auto* const setting = std::find_if(setting_table.begin(),
                                             setting_table.end(),
                                             [&](const Setting& row) { return row.name == name; });
    if (setting == setting_table.end()) {
        std::string names;
        for (const Setting& row : setting_table)
            names += fmt::format(" {}", row.name);
        return bad_value(
            fmt::format("\"{}\" is no setting of a simulated library:{}", name, names));
    }
    if (setting->value.empty() && !value.empty())
        return bad_value(fmt::format("{}: takes no value", name));
    auto applied = setting->apply(options, value);
    if (!applied)
        return std::move(applied).error().in(name);
    return {};
}

} // namespace changer::sim
