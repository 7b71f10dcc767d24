// SPDX-License-Identifier: Apache-2.0
#include "changer/mover.hpp"

#include "changer/changer.hpp"
#include "changer/geometry.hpp"
#include "device/timeouts.hpp"
#include "scsi/smc/move_medium.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// How often a MOVE that was not executed is built anew.
constexpr unsigned most_sent = 8;
/// A changer that is "becoming ready" when it gets the MOVE is waited for this long.
constexpr auto ready_budget = 60s;
/// After GOOD, some need a moment until the elements show it.
constexpr int looks_after_good = 5;
/// After a lost answer the robot may still be at work: look until this time is over.
constexpr auto settle_budget = 3min;
constexpr auto settle_pause = 2s;
/// So many looks in a row that show it at its source mean that it stays there.
constexpr int looks_until_not_done = 6;

/// Nothing reached the device: the command's fate is known.
bool nothing_was_sent(Code code) {
    return code == Code::device_not_available || code == Code::not_enough_memory ||
           code == Code::access_denied;
}

bool answer_was_lost(Code code) {
    return code == Code::transport_failed || code == Code::command_timeout;
}

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

/// Access counts unless the quirk denies it, or no element of a ready changer has it.
Result<bool> Mover::access_means_something() {
    if (const auto& says = device_.quirk().access_flag)
        return *says;
    Support& known = device_.features().access_flag;
    if (known != Support::unknown)
        return known == Support::yes;
    const auto ready = changer_.test_ready();
    if (!ready || !ready->ready)
        return true;
    if (auto all = changer_.read_elements(); !all)
        return std::move(all).error();
    if (known == Support::unknown)
        known = Support::no;
    return known == Support::yes;
}

Result<MoveRules> Mover::rules(const Places& places) {
    const bool ask_changer = changer_.loaded_drive() == LoadedDrive::ask_changer;
    MoveRules rules{.access_means_something = !ask_changer,
                    .implicit_unload = device_.quirk().implicit_unload.value_or(ask_changer),
                    .sense_family = device_.sense_family()};
    if (!ask_changer && claims_no_access(places)) {
        const auto counts = access_means_something();
        if (!counts)
            return counts.error();
        rules.access_means_something = *counts;
    }
    return rules;
}

/// Proves that the MOVE may be sent; a report if it need not or must not be.
std::optional<MoveReport> Mover::prove() {
    auto places = order_.seen ? Result<Places>(*std::exchange(order_.seen, std::nullopt)) : look();
    if (!places)
        return sent_ > 0 ? settle(std::move(places).error())
                         : not_accepted(std::move(places).error());
    places_ = *std::move(places);
    if (already_moved(*places_, order_.barcode)) {
        MoveReport there = report(MoveVerdict::done, std::nullopt);
        there.note = "the cartridge was at its destination already; nothing was moved";
        return there;
    }
    const auto rules = this->rules(*places_);
    if (!rules)
        return not_accepted(rules.error());
    if (auto may = check_move(*places_, order_.barcode, *rules); !may)
        // After a MOVE that was not executed somebody else has moved: where is it now?
        return sent_ > 0 ? judge(std::move(may).error()) : not_accepted(std::move(may).error());
    // From here on this is the cartridge that is moved, whoever else comes along.
    if (const auto& tag = places_->source.volume_tag; !order_.barcode && tag && !tag->empty())
        order_.barcode = tag;
    return std::nullopt;
}

Result<void> Mover::send_move() {
    const auto& geometry = changer_.geometry();
    const bool drive = geometry.data_transfer.contains(order_.source) ||
                       geometry.data_transfer.contains(order_.destination);
    const std::chrono::seconds usual = drive ? timeouts::move_drive : timeouts::move;
    auto answer = device_.act(
        {.cdb = encode(scsi::MoveMedium{.transport = geometry.transport.first,
                                        .source = order_.source,
                                        .destination = order_.destination,
                                        .invert = order_.invert,
                                        .import_export_position = order_.import_export_position}),
         .timeout = device_.quirk().move_timeout.value_or(usual)});
    if (answer)
        return {};
    return std::move(answer).error().in("move medium");
}

bool Mover::start_again_after(const Sense& unit_attention) {
    const bool same = unit_attention_ == unit_attention;
    unit_attention_ = unit_attention;
    return !same && may_start_again_after(unit_attention, device_.sense_family());
}

/// Decides what follows on a MOVE that was not answered with GOOD.
Mover::Next Mover::after(const Error& failure) {
    if (nothing_was_sent(failure.code))
        return Next::give_up;
    ++sent_;
    if (answer_was_lost(failure.code))
        return Next::settle;
    if (sent_ == most_sent)
        return Next::judge;
    if (failure.code == Code::device_busy) {
        device_.clock().sleep_for(std::min<std::chrono::milliseconds>(1s * sent_, 5s));
        return Next::prove_again;
    }
    if (!failure.sense)
        return Next::judge;
    if (failure.sense->key == scsi::sense_key::unit_attention)
        return start_again_after(*failure.sense) ? Next::prove_again : Next::judge;
    const bool becoming_ready =
        failure.sense->key == scsi::sense_key::not_ready &&
        scsi::reaction(*failure.sense, device_.sense_family()) == scsi::Reaction::wait;
    if (becoming_ready && !std::exchange(waited_, true) && wait_until_ready())
        return Next::prove_again;
    return Next::judge;
}

bool Mover::wait_until_ready() {
    const SteadyTime end = device_.clock().now().steady + ready_budget;
    while (device_.clock().now().steady < end) {
        const auto readiness = changer_.test_ready();
        if (readiness && readiness->ready)
            return true;
        device_.clock().sleep_for(1s);
    }
    return false;
}

MoveReport Mover::move() {
    if (order_.source == order_.destination)
        return not_accepted({Code::invalid_parameter, "source and destination are the same"});
    for (;;) {
        if (auto ended = prove())
            return *std::move(ended);
        auto answer = send_move();
        if (answer)
            return judge(std::nullopt);
        switch (after(answer.error())) {
        case Next::prove_again:
            continue;
        case Next::judge:
            return judge(answer.error());
        case Next::settle:
            return settle(std::move(answer).error());
        case Next::give_up:
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
    const SteadyTime end = device_.clock().now().steady + settle_budget;
    int at_source = 0;
    for (;;) {
        // The first command over a new session: drains what it has to say.
        const auto readiness = changer_.test_ready();
        const auto verdict = readiness ? observe() : Result<MoveVerdict>(readiness.error());
        if (verdict && *verdict == MoveVerdict::done)
            return report(*verdict, cause);
        const bool rests = verdict && *verdict == MoveVerdict::not_done && readiness->ready;
        at_source = rests ? at_source + 1 : 0;
        const bool over = device_.clock().now().steady + settle_pause > end;
        if (over && !verdict) {
            places_.reset();
            return report(MoveVerdict::unknown, Error(verdict.error()).in(cause.what));
        }
        if (over || at_source == looks_until_not_done)
            return report(*verdict, cause);
        device_.clock().sleep_for(settle_pause);
    }
}

MoveReport Mover::not_accepted(Error error) const {
    MoveReport refused =
        report(sent_ == 0 ? MoveVerdict::refused_before : MoveVerdict::not_done, {});
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
