// SPDX-License-Identifier: Apache-2.0
#include "changer/changer.hpp"
#include "changer/exchanger.hpp"
#include "changer/move_rules.hpp"

#include <fmt/format.h>

#include <array>

namespace changer {

Result<void> Exchanger::choose_spare() {
    if (order_.spare)
        return {};
    const auto slots = changer_.read_elements(scsi::ElementType::storage);
    if (!slots)
        return slots.error();
    for (const scsi::ElementStatus& slot : *slots) {
        const bool taken = slot.address == order_.first || slot.address == order_.second;
        if (taken || slot.full)
            continue;
        const std::array<const scsi::ElementStatus*, 1> elements{&slot};
        const auto rules = move_rules(changer_, device_, elements);
        if (!rules)
            return rules.error();
        if (check_move({places_->second, slot}, pair_.second, *rules)) {
            order_.spare = slot.address;
            places_->spare = slot;
            return {};
        }
    }
    return Error{Code::library_full,
                 "the changer does not exchange by itself, and no slot is empty to do it through"};
}

/// Adds the moves that make up the exchange. The cartridge that makes room goes first; in a swap it
/// goes to a slot, never to the arm.
void Exchanger::plan_moves() {
    const auto step = [](scsi::ElementAddress source,
                         scsi::ElementAddress destination,
                         const std::optional<std::string>& barcode) {
        return ExchangeStep{.source = source, .destination = destination, .barcode = barcode};
    };
    const auto aside = swap() ? *order_.spare : order_.third;
    steps_.push_back(step(order_.second, aside, pair_.second));
    steps_.push_back(step(order_.first, order_.second, pair_.first));
    if (swap())
        steps_.push_back(step(aside, order_.third, pair_.second));
}

ExchangeReport Exchanger::exchange_by_moves() {
    if (swap())
        if (auto chosen = choose_spare(); !chosen)
            return refused(std::move(chosen).error());
    const std::size_t first_move = steps_.size();
    plan_moves();
    for (std::size_t i = first_move; i < steps_.size(); ++i) {
        MoveReport move{.verdict = MoveVerdict::refused_before};
        auto written = journal(i);
        if (written) {
            move = changer_.move(steps_[i].source, steps_[i].destination, steps_[i].barcode);
            steps_[i].verdict = move.verdict;
            written = journal(i);
        }
        if (move.verdict == MoveVerdict::done && written)
            continue;
        if (!written)
            move.error = std::move(written).error();
        const std::size_t moved = i - first_move + (move.verdict == MoveVerdict::done ? 1 : 0);
        if (moved == steps_.size() - first_move)
            break; // all of it is done, if not all of it is written down
        return stopped_after(moved, first_move, move);
    }
    if (auto looked = look(); !looked)
        places_.reset(); // each move was proved by itself
    return report(ExchangeVerdict::done, std::nullopt);
}

/// Reports a sequence that ended early, `moved` moves being done; `last` is what became of the last
/// one that was tried.
ExchangeReport
Exchanger::stopped_after(std::size_t moved, std::size_t first_move, const MoveReport& last) {
    ExchangeVerdict verdict = moved == 0 ? ExchangeVerdict::not_done : ExchangeVerdict::partly_done;
    if (last.verdict == MoveVerdict::in_arm)
        verdict = ExchangeVerdict::in_arm;
    else if (last.verdict == MoveVerdict::unknown)
        verdict = ExchangeVerdict::unknown;
    else if (last.verdict == MoveVerdict::refused_before && moved == 0)
        verdict = ExchangeVerdict::refused_before;
    const ExchangeStep& next = steps_[first_move + moved];
    Error error = last.error.value_or(Error{Code::failed, "the move did not happen"});
    error.what = fmt::format("exchange: move {} of {}, from element {} to {}: {}",
                             moved + 1,
                             steps_.size() - first_move,
                             number(next.source),
                             number(next.destination),
                             error.what);
    return {.verdict = verdict, .error = std::move(error), .steps = steps_, .seen = last.seen};
}

} // namespace changer
