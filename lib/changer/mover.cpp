// SPDX-License-Identifier: Apache-2.0
#include "changer/mover.hpp"

#include "changer/changer.hpp"
#include "changer/geometry.hpp"
#include "changer/move_rules.hpp"
#include "changer/settle.hpp"
#include "scsi/smc/move_medium.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// After GOOD, some need a moment until the elements show it.
constexpr int looks_after_good = 5;

} // namespace

Result<Places> Mover::look() {
    auto source = changer_.read_element(order_.source);
    if (!source)
        return std::move(source).error();
    auto destination = changer_.read_element(order_.destination);
    if (!destination)
        return std::move(destination).error();
    return Places{*std::move(source), *std::move(destination), {}};
}

/// Looks, at the arm as well where source and destination do not tell, and judges.
Result<MoveVerdict> Mover::observe() {
    auto places = look();
    if (!places)
        return std::move(places).error();
    places_ = *std::move(places);
    const MoveVerdict verdict = judge_move(*places_, order_.barcode);
    if (verdict == MoveVerdict::done)
        return verdict;
    auto arms = changer_.read_elements(scsi::ElementType::transport);
    if (!arms)
        return std::move(arms).error();
    places_->arms = *std::move(arms);
    return judge_move(*places_, order_.barcode);
}

/// What page 1Dh does not have is refused, 0 among it; and the arm is no place to leave a
/// cartridge.
Result<void> Mover::check_addresses() const {
    if (order_.source == order_.destination)
        return Error{Code::invalid_parameter, "source and destination are the same"};
    if (type_of(changer_.geometry(), order_.destination) == scsi::ElementType::transport)
        return Error{Code::invalid_parameter,
                     fmt::format("element {} is the arm: it is no place to leave a cartridge",
                                 number(order_.destination))};
    return {};
}

/// Proves that the MOVE may be sent; a report if it need not or must not be.
std::optional<MoveReport> Mover::prove() {
    auto places = order_.seen ? Result<Places>(*std::exchange(order_.seen, std::nullopt)) : look();
    if (!places)
        return resend_.sent() > 0 ? settle(std::move(places).error())
                                  : not_accepted(std::move(places).error());
    places_ = *std::move(places);
    if (already_moved(*places_, order_.barcode)) {
        MoveReport there = report(MoveVerdict::done, std::nullopt);
        there.note = "the cartridge was at its destination already; nothing was moved";
        return there;
    }
    const std::array<const scsi::ElementStatus*, 2> elements{&places_->source,
                                                             &places_->destination};
    const auto rules = move_rules(changer_, device_, elements);
    if (!rules)
        return not_accepted(rules.error());
    if (auto may = check_move(*places_, order_.barcode, *rules); !may)
        // After a MOVE that was not executed somebody else has moved: where is it now?
        return resend_.sent() > 0 ? judge(std::move(may).error())
                                  : not_accepted(std::move(may).error());
    // From here on this is the cartridge that is moved, whoever else comes along.
    if (const auto& tag = places_->source.volume_tag; !order_.barcode && tag && !tag->empty())
        order_.barcode = tag;
    return std::nullopt;
}

Result<void> Mover::send_move() {
    const auto& geometry = changer_.geometry();
    const bool drive = geometry.data_transfer.contains(order_.source) ||
                       geometry.data_transfer.contains(order_.destination);
    const auto arm = device_.quirk().transport_address.value_or(geometry.transport.first);
    auto answer = device_.act(
        {.cdb = encode(scsi::MoveMedium{.transport = arm,
                                        .source = order_.source,
                                        .destination = order_.destination,
                                        .invert = order_.invert,
                                        .import_export_position = order_.import_export_position}),
         .timeout = device_.timeout(drive ? CommandClass::move_drive : CommandClass::move)});
    if (answer)
        return {};
    return std::move(answer).error().in("move medium");
}

MoveReport Mover::move() {
    if (auto legal = check_addresses(); !legal)
        return not_accepted(std::move(legal).error());
    device_.learn_timeouts();
    for (;;) {
        if (auto ended = prove())
            return *std::move(ended);
        auto answer = send_move();
        if (answer)
            return judge(std::nullopt);
        switch (resend_.after(answer.error())) {
        case Resend::Next::prove_again:
            continue;
        case Resend::Next::judge:
            return judge(answer.error());
        case Resend::Next::settle:
            return settle(std::move(answer).error());
        case Resend::Next::give_up:
            return not_accepted(std::move(answer).error());
        }
    }
}

/// Reads the outcome of a MOVE that was answered.
MoveReport Mover::judge(const std::optional<Error>& failure) {
    for (int looks = 1;; ++looks) {
        const auto verdict = observe();
        if (!verdict)
            return settle(failure.value_or(verdict.error()));
        if (*verdict == MoveVerdict::done || failure || looks == looks_after_good)
            return report(*verdict, failure);
        device_.clock().sleep_for(1s);
    }
}

MoveReport Mover::settle(Error cause) {
    MoveVerdict verdict = MoveVerdict::unknown;
    auto settled = changer::settle(changer_, device_, [&]() -> Result<Sight> {
        const auto seen = observe();
        if (!seen)
            return seen.error();
        verdict = *seen;
        return verdict == MoveVerdict::done       ? Sight::done
               : verdict == MoveVerdict::not_done ? Sight::not_begun
                                                  : Sight::between;
    });
    if (settled)
        return report(verdict, cause);
    places_.reset();
    return report(MoveVerdict::unknown, std::move(settled).error().in(cause.what));
}

MoveReport Mover::not_accepted(Error error) const {
    MoveReport refused =
        report(resend_.sent() == 0 ? MoveVerdict::refused_before : MoveVerdict::not_done, {});
    refused.error = std::move(error);
    return refused;
}

MoveReport Mover::report(MoveVerdict verdict, const std::optional<Error>& failure) const {
    MoveReport report{.verdict = verdict};
    if (places_) {
        report.seen = {places_->source, places_->destination};
        report.seen.insert(report.seen.end(), places_->arms.begin(), places_->arms.end());
    }
    Error error = failure.value_or(
        Error{Code::failed,
              "move medium: the changer reported success, and the elements do not show it"});
    switch (verdict) {
    case MoveVerdict::done:
        if (failure)
            report.note = fmt::format("the cartridge is at its destination, although: {}",
                                      to_string(*failure));
        return report;
    case MoveVerdict::in_arm:
        error.code = Code::cartridge_in_arm;
        error.what += "; the cartridge hangs in the arm";
        break;
    case MoveVerdict::unknown:
        error.code = Code::move_unknown;
        error.what += places_ ? "; source and destination do not tell where the cartridge is"
                              : "; the changer cannot be asked where the cartridge is";
        break;
    case MoveVerdict::not_done:
    case MoveVerdict::refused_before:
        break;
    }
    report.error = std::move(error);
    return report;
}

} // namespace changer
