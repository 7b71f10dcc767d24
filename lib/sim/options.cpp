// SPDX-License-Identifier: Apache-2.0
#include "sim/options.hpp"

#include "sim/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace changer::sim {
namespace {

using scsi::ElementType;

constexpr unsigned addresses = 0x1'0000;
constexpr unsigned default_tapes = 16;
constexpr unsigned most_drives = 999; ///< their serial numbers end in three digits

Error bad_option(std::string what) {
    return {Code::invalid_parameter, std::move(what)};
}

/// What a range of elements is called, and where it is.
struct Range {
    std::string_view name;
    unsigned first = 0;
    unsigned count = 0;
};

std::array<Range, 4> ranges_of(const Options& options) {
    const Layout& layout = options.personality.layout;
    return {Range{"arms", layout.first_arm, std::max(1U, layout.arms)},
            Range{"mail", layout.first_mail_slot, options.mail_slots},
            Range{"drives", layout.first_drive, options.drives},
            Range{"slots", layout.first_slot, options.slots}};
}

Result<void> check_addresses(const Options& options) {
    const auto ranges = ranges_of(options);
    for (const Range& one : ranges) {
        if (one.count > addresses - one.first)
            return bad_option(fmt::format(
                "{}: at most {} from address {}", one.name, addresses - one.first, one.first));
        for (const Range& other : ranges)
            if (&one != &other && other.count > 0 && one.first <= other.first &&
                other.first - one.first < one.count)
                return bad_option(fmt::format("{}: at most {}, then the {} begin",
                                              one.name,
                                              other.first - one.first,
                                              other.name));
    }
    return {};
}

} // namespace

Timing Timing::instant() {
    using std::chrono::milliseconds;
    Timing timing;
    timing.move = timing.unload = timing.load = timing.clean = milliseconds{0};
    timing.scan_start = timing.scan_per_cell = timing.restart = milliseconds{0};
    return timing;
}

Timing Timing::faster(double factor) const {
    Timing timing = *this;
    for (auto* const time : {&timing.move,
                             &timing.unload,
                             &timing.load,
                             &timing.clean,
                             &timing.scan_start,
                             &timing.scan_per_cell,
                             &timing.restart,
                             &timing.long_scan,
                             &timing.long_move})
        *time = std::chrono::milliseconds{
            std::llround(static_cast<double>(time->count()) / std::max(factor, 1e-6))};
    return timing;
}

Result<void> Options::check() const {
    if (auto fits = check_addresses(*this); !fits)
        return fits;
    if (drives > most_drives)
        return bad_option(fmt::format("drives: at most {}", most_drives));
    if (tapes > slots)
        return bad_option(fmt::format("tapes: at most {}, one a slot", slots));
    if (!missing_drives.empty() && *missing_drives.rbegin() > drives)
        return bad_option(fmt::format("missing-drives: there are {} bays", drives));
    if (personality.magazines &&
        (personality.magazines->count == 0 || personality.magazines->count > slots))
        return bad_option(fmt::format("magazines: 1 to {}, one slot each at least", slots));
    return {};
}

std::string Options::unit_serial_number() const {
    switch (personality.serial_form) {
    case SerialForm::first_address:
        return fmt::format("{:0>12.12}{:04X}", serial, personality.layout.first_slot);
    case SerialForm::plain:
        break;
    }
    return partition == 0 ? serial : fmt::format("{}_LL{}", serial, partition);
}

Options partition(const Options& whole, unsigned n, unsigned count) {
    Options part = whole;
    if (count < 2)
        return part;
    part.partition = n;
    if (part.personality.serial_form == SerialForm::first_address)
        part.personality.layout.first_slot =
            static_cast<std::uint16_t>(part.personality.layout.first_slot + (n - 1) * whole.slots);
    return part;
}

Result<Options> make_options(std::string_view personality, std::span<const Given> given) {
    Options options;
    if (!personality.empty()) {
        const auto* const found = find_personality(personality);
        if (!found)
            return bad_option(
                fmt::format("there is no personality \"{}\"\n{}", personality, personality_help()));
        options.personality = *found;
    }
    constexpr unsigned not_given = ~0U;
    options.tapes = not_given;
    for (const Given& each : given)
        if (auto applied = apply_setting(options, each.name, each.value); !applied)
            return std::move(applied).error();
    if (options.tapes == not_given)
        options.tapes = std::min(default_tapes, options.slots);
    if (auto checked = options.check(); !checked)
        return std::move(checked).error();
    return options;
}

Result<Options> parse_options(std::string_view text) {
    const auto question = text.find('?');
    auto rest = question == text.npos ? std::string_view{} : text.substr(question + 1);
    std::vector<Given> given;
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto setting = rest.substr(0, end);
        const auto equals = std::min(setting.find('='), setting.size());
        given.push_back(
            {setting.substr(0, equals), setting.substr(std::min(equals + 1, setting.size()))});
        rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    }
    return make_options(text.substr(0, question), given);
}

} // namespace changer::sim
