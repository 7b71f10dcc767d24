// SPDX-License-Identifier: Apache-2.0
#include "sim/options.hpp"

#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace changer::sim {
namespace {

constexpr unsigned most_slots = 0x10000 - 0x400;
constexpr unsigned most_drives = 0x400 - 0x100;
constexpr unsigned most_mail_slots = 0x100 - 0x10;

Error bad(std::string_view setting) {
    return {Code::invalid_parameter,
            fmt::format("\"{}\" is no setting of a simulated library: "
                        "slots drives mail tapes seed serial speed instant",
                        setting)};
}

Result<void> read_speed(Options& options, std::string_view setting, std::string_view value) {
    const std::string text(value);
    char* end = nullptr;
    const double speed = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(speed) || speed <= 0)
        return bad(setting);
    options.timing = Timing{}.faster(speed);
    return {};
}

Result<void> read_setting(Options& options, std::string_view setting) {
    const auto equals = setting.find('=');
    const auto name = setting.substr(0, equals);
    const auto value = equals == setting.npos ? std::string_view{} : setting.substr(equals + 1);
    if (name == "instant" && equals == setting.npos) {
        options.timing = Timing::instant();
        return {};
    }
    if (name == "speed")
        return read_speed(options, setting, value);
    if (name == "serial" && !value.empty() && value.size() <= 32) {
        options.serial = value;
        return {};
    }
    const auto number = to_number(value, 0xFFFF'FFFF);
    if (!number)
        return bad(setting);
    if (name == "slots")
        options.slots = *number;
    else if (name == "drives")
        options.drives = *number;
    else if (name == "mail")
        options.mail_slots = *number;
    else if (name == "tapes")
        options.tapes = *number;
    else if (name == "seed")
        options.seed = *number;
    else
        return bad(setting);
    return {};
}

} // namespace

Timing Timing::instant() {
    using std::chrono::milliseconds;
    return {milliseconds{0},
            milliseconds{0},
            milliseconds{0},
            milliseconds{0},
            milliseconds{0},
            milliseconds{0}};
}

Timing Timing::faster(double factor) const {
    const auto scaled = [&](std::chrono::milliseconds time) {
        return std::chrono::milliseconds{
            std::llround(static_cast<double>(time.count()) / std::max(factor, 1e-6))};
    };
    return {scaled(move),
            scaled(unload),
            scaled(load),
            scaled(scan_start),
            scaled(scan_per_cell),
            scaled(restart)};
}

Result<void> Options::check() const {
    if (slots < 1 || slots > most_slots)
        return Error{Code::invalid_parameter, fmt::format("slots: 1 to {}", most_slots)};
    if (drives > most_drives)
        return Error{Code::invalid_parameter, fmt::format("drives: at most {}", most_drives)};
    if (mail_slots > most_mail_slots)
        return Error{Code::invalid_parameter, fmt::format("mail: at most {}", most_mail_slots)};
    if (tapes > slots)
        return Error{Code::invalid_parameter, fmt::format("tapes: at most {}, one a slot", slots)};
    return {};
}

Result<Options> parse_options(std::string_view text) {
    Options options;
    const auto question = text.find('?');
    const auto name = text.substr(0, question);
    if (!name.empty()) {
        const auto* const personality = find_personality(name);
        if (!personality)
            return Error{Code::invalid_parameter,
                         fmt::format("there is no personality \"{}\"", name)};
        options.personality = *personality;
    }
    auto rest = question == text.npos ? std::string_view{} : text.substr(question + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        if (auto read = read_setting(options, rest.substr(0, end)); !read)
            return std::move(read).error();
        rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    }
    if (auto checked = options.check(); !checked)
        return std::move(checked).error();
    return options;
}

} // namespace changer::sim
