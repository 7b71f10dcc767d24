// SPDX-License-Identifier: Apache-2.0
#include "changer/barcode.hpp"
#include "changer/exchange.hpp"

#include <algorithm>

namespace changer {
namespace {

bool shows_barcode(const scsi::ElementStatus& element) {
    return element.volume_tag && !element.volume_tag->empty();
}

/// Whether an element may hold one of the two cartridges: it is full, and shows no barcode that
/// says otherwise.
bool may_hold(const scsi::ElementStatus& element,
              const std::optional<std::string>& wanted,
              const std::optional<std::string>& other) {
    if (!element.full)
        return false;
    if (!shows_barcode(element))
        return true;
    if (wanted)
        return same_barcode(*element.volume_tag, *wanted);
    return !other || !same_barcode(*element.volume_tag, *other);
}

/// Where a cartridge is, as one arrangement has it; each is a possible stage of the exchange.
struct Arrangement {
    const scsi::ElementStatus* of_first = nullptr;
    const scsi::ElementStatus* of_second = nullptr;
    ExchangeVerdict means = ExchangeVerdict::unknown;
};

std::vector<Arrangement> arrangements(const ExchangePlaces& places) {
    using enum ExchangeVerdict;
    const bool swap = !places.third;
    const scsi::ElementStatus& target = swap ? places.first : *places.third;
    std::vector<Arrangement> all{{&places.second, &target, done},
                                 {&places.first, &places.second, not_done}};
    if (!swap)
        all.push_back({&places.first, &target, partly_done});
    if (places.spare) {
        all.push_back({&places.first, &*places.spare, partly_done});
        all.push_back({&places.second, &*places.spare, partly_done});
    }
    return all;
}

scsi::ElementStatus emptied(scsi::ElementStatus element) {
    element.full = false;
    return element;
}

} // namespace

ExchangeVerdict judge_exchange(const ExchangePlaces& places, const ExchangedPair& pair) {
    std::optional<ExchangeVerdict> verdict;
    for (const Arrangement& one : arrangements(places)) {
        if (!may_hold(*one.of_first, pair.first, pair.second) ||
            !may_hold(*one.of_second, pair.second, pair.first))
            continue;
        if (verdict && *verdict != one.means)
            return ExchangeVerdict::unknown; // without barcodes several stages look the same
        verdict = one.means;
    }
    if (verdict)
        return *verdict;
    const bool in_arm =
        std::any_of(places.arms.begin(), places.arms.end(), [&](const scsi::ElementStatus& arm) {
            return may_hold(arm, pair.first, pair.second) || may_hold(arm, pair.second, pair.first);
        });
    return in_arm ? ExchangeVerdict::in_arm : ExchangeVerdict::unknown;
}

Result<void>
check_exchange(const ExchangePlaces& places, const ExchangedPair& pair, const MoveRules& rules) {
    // What makes room is checked as a move into it, what is to be empty by then as if it were.
    const scsi::ElementStatus target = places.third ? *places.third : emptied(places.first);
    if (auto may = check_move({places.second, target}, pair.second, rules); !may)
        return may;
    if (auto may = check_move({places.first, emptied(places.second)}, pair.first, rules); !may)
        return may;
    if (places.spare)
        return check_move({places.second, *places.spare}, pair.second, rules);
    return {};
}

} // namespace changer
