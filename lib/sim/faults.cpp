// SPDX-License-Identifier: Apache-2.0
#include "sim/faults.hpp"

#include "sim/commands.hpp"
#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace changer::sim {
namespace {

enum class Value : std::uint8_t { none, sense, hexadecimal, decimal };

struct EffectName {
    std::string_view name;
    Effect effect;
    Value value;
};

constexpr std::array effect_names{
    EffectName{"sense", Effect::sense, Value::sense},
    EffectName{"sense-after", Effect::sense_after, Value::sense},
    EffectName{"status", Effect::status, Value::hexadecimal},
    EffectName{"timeout", Effect::timeout, Value::none},
    EffectName{"timeout-after", Effect::timeout_after, Value::none},
    EffectName{"drop-before", Effect::drop_before, Value::none},
    EffectName{"drop", Effect::drop, Value::none},
    EffectName{"drop-after", Effect::drop_after, Value::none},
    EffectName{"garbage", Effect::garbage, Value::none},
    EffectName{"short", Effect::short_data, Value::decimal},
    EffectName{"delay", Effect::delay, Value::decimal},
    EffectName{"stuck", Effect::stuck, Value::none},
    EffectName{"reset", Effect::reset, Value::none},
    EffectName{"misread", Effect::misread, Value::decimal},
    EffectName{"unread", Effect::unread, Value::decimal},
    EffectName{"random", Effect::random, Value::none},
};

Error bad_spec(std::string_view spec, std::string_view part) {
    return {Code::invalid_parameter,
            fmt::format("fault \"{}\": what is \"{}\"? It reads "
                        "[lunN:][COMMAND:]EFFECT[=VALUE][@NTH][xTIMES], or %PERCENT at the end",
                        spec,
                        part)};
}

std::optional<Sense> parse_sense(std::string_view text) {
    std::array<std::uint8_t, 3> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto slash = text.find('/');
        if ((slash == text.npos) != (i == 2))
            return std::nullopt;
        const auto value = to_number(text.substr(0, slash), i == 0 ? 0xF : 0xFF, 16);
        if (!value)
            return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(*value);
        text.remove_prefix(slash == text.npos ? text.size() : slash + 1);
    }
    return Sense{bytes[0], bytes[1], bytes[2]};
}

bool parse_value(Fault& fault, Value kind, std::string_view text) {
    if (kind == Value::none)
        return text.empty();
    if (kind == Value::sense) {
        const auto sense = parse_sense(text);
        fault.sense = sense.value_or(fault.sense);
        return sense.has_value();
    }
    const bool hexadecimal = kind == Value::hexadecimal;
    const auto value = to_number(text, hexadecimal ? 0xFF : 0xFFFF'FFFF, hexadecimal ? 16 : 10);
    fault.value = value.value_or(0);
    return value.has_value();
}

/// Takes a number off the end of `text`, behind `mark`; false if what is there is no number.
bool take_number(std::string_view& text, char mark, unsigned& number) {
    const auto at = text.rfind(mark);
    if (at == text.npos)
        return true;
    const auto value = to_number(text.substr(at + 1), 1'000'000);
    if (!value || *value < 1)
        return false;
    number = *value;
    text = text.substr(0, at);
    return true;
}

/// Takes "lunN:" and "COMMAND:" off the front.
Result<void> take_target(std::string_view spec, std::string_view& rest, Fault& fault) {
    if (rest.starts_with("lun")) {
        const auto colon = rest.find(':');
        const auto lun = to_number(rest.substr(3, colon == rest.npos ? colon : colon - 3), 0x3FFF);
        if (!lun || colon == rest.npos)
            return bad_spec(spec, rest);
        fault.lun = *lun;
        rest.remove_prefix(colon + 1);
    }
    if (const auto colon = rest.find(':'); colon != rest.npos) {
        const auto command = rest.substr(0, colon);
        fault.opcode = parse_opcode(command);
        if (!fault.opcode && command != "any")
            return bad_spec(spec, command);
        rest.remove_prefix(colon + 1);
    }
    return {};
}

/// Takes "%PERCENT" off the end; false if it is none.
bool take_rate(std::string_view& rest, Fault& fault) {
    const auto at = rest.find('%');
    if (at == rest.npos)
        return true;
    const std::string text(rest.substr(at + 1));
    char* end = nullptr;
    const double percent = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(percent > 0) || percent > 100)
        return false;
    fault.rate = percent / 100;
    rest = rest.substr(0, at);
    return true;
}

/// Takes "@NTH" and "xTIMES" off the end; false if they are none.
bool take_counts(std::string_view& rest, Fault& fault) {
    const auto at = rest.find('@');
    auto counts = rest.substr(std::min(at, rest.size()));
    rest = rest.substr(0, at);
    if (counts.empty()) // "xTIMES" follows the effect, none of which ends in x and digits
        return take_number(rest, 'x', fault.times);
    return take_number(counts, 'x', fault.times) && take_number(counts, '@', fault.nth) &&
           counts.empty();
}

/// What `random` stands for this time: what any command can meet.
void choose(Fault& fault, std::mt19937_64& random) {
    constexpr std::array effects{Effect::sense,
                                 Effect::sense_after,
                                 Effect::status,
                                 Effect::timeout,
                                 Effect::timeout_after,
                                 Effect::drop_before,
                                 Effect::drop,
                                 Effect::drop_after,
                                 Effect::garbage,
                                 Effect::short_data};
    fault.effect = effects.at(random() % effects.size());
    fault.sense = {0x4, 0x44, 0x00};
    fault.value = fault.effect == Effect::status ? 0x08 : static_cast<std::uint32_t>(random() % 16);
}

} // namespace

Result<Fault> parse_fault(std::string_view spec) {
    Fault fault;
    auto rest = spec;
    if (auto taken = take_target(spec, rest, fault); !taken)
        return std::move(taken).error();
    const auto with_counts = rest;
    if (!take_rate(rest, fault) || !take_counts(rest, fault) ||
        (fault.rate && (fault.nth != 1 || fault.times != 1)))
        return bad_spec(spec, with_counts);
    const auto equals = std::min(rest.find('='), rest.size());
    const auto name = rest.substr(0, equals);
    const auto* const row = std::find_if(effect_names.begin(),
                                         effect_names.end(),
                                         [&](const auto& each) { return each.name == name; });
    if (row == effect_names.end())
        return bad_spec(spec, name);
    fault.effect = row->effect;
    if (!parse_value(fault, row->value, rest.substr(std::min(equals + 1, rest.size()))))
        return bad_spec(spec, rest);
    return fault;
}

std::string fault_help() {
    return fmt::format(
        R"(A fault is [lunN:][COMMAND:]EFFECT[=VALUE][@NTH][xTIMES], or "clear" to forget all of them.
  lunN      whose commands are counted: lun0 the changer (default), lun1... the drives
  COMMAND   an operation code in hexadecimal, any (default), or
            {}
  NTH       hits the NTH such command from now (default 1); TIMES: and so many in a row (default 1)
  %PERCENT  instead of both: hits each with this probability, from --seed, until "clear"
  EFFECT    sense=K/ASC/ASCQ        refused with this sense (hexadecimal), nothing done
            sense-after=K/ASC/ASCQ  done, and reported with this sense all the same
            status=SS               refused with this status (08, 18, 28), nothing done
            timeout                 never answered, nothing done
            timeout-after           done, never answered
            drop-before             connection lost before the command is looked at: not done
            drop                    connection lost right after the command arrived: it is done
            drop-after              connection lost when it is done, instead of the response
            garbage                 the data is random bytes of the same length
            short=N                 the data is cut to N bytes
            delay=MS                answered MS milliseconds later
            stuck                   move: 4/15/01, the cartridge stays in the arm
            reset                   move: the library restarts, the cartridge in the arm
            misread=ADDRESS         res: another barcode is reported for this element
            unread=ADDRESS          res: no barcode is reported for this element
            random                  any of those above down to short, another each time
Examples: move:drop   res:garbage@2x3   any:status=08   tur:sense=2/04/03   any:random%2
)",
        command_names());
}

std::optional<Fault> Faults::meet(std::uint64_t lun, std::uint8_t opcode, std::mt19937_64& random) {
    std::optional<Fault> hit;
    for (Fault& fault : faults_) {
        if (fault.lun != lun || (fault.opcode && *fault.opcode != opcode))
            continue;
        if (fault.rate) {
            const bool strikes = std::generate_canonical<double, 53>(random) < *fault.rate;
            if (strikes && !hit)
                hit = fault;
        } else if (fault.nth > 1) {
            --fault.nth;
        } else if (!hit && fault.times > 0) {
            --fault.times;
            hit = fault;
        }
    }
    std::erase_if(faults_, [](const Fault& fault) { return fault.times == 0; });
    if (hit && hit->effect == Effect::random)
        choose(*hit, random);
    return hit;
}

} // namespace changer::sim
