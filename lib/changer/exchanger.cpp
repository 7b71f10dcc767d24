// SPDX-License-Identifier: Apache-2.0
#include "changer/exchanger.hpp"

#include "changer/changer.hpp"
#include "changer/geometry.hpp"
#include "changer/move_rules.hpp"
#include "changer/settle.hpp"
#include "scsi/smc/exchange_medium.hpp"

#include <fmt/format.h>

#include <chrono>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// After GOOD, some need a moment until the elements show it.
constexpr int looks_after_good = 5;

/// The changer has no EXCHANGE MEDIUM, or not between these elements: nothing was done.
bool has_no_such_exchange(const Error& error) {
    return error.sense && error.sense->key == scsi::sense_key::illegal_request &&
           ((error.sense->asc == 0x20 && error.sense->ascq == 0x00) ||
            (error.sense->asc == 0x24 && error.sense->ascq == 0x00) ||
            (error.sense->asc == 0x21 && error.sense->ascq == 0x01));
}

MoveVerdict step_verdict(ExchangeVerdict verdict) {
    switch (verdict) {
    case ExchangeVerdict::done:
        return MoveVerdict::done;
    case ExchangeVerdict::not_done:
    case ExchangeVerdict::refused_before:
        return MoveVerdict::not_done;
    case ExchangeVerdict::in_arm:
        return MoveVerdict::in_arm;
    case ExchangeVerdict::partly_done:
    case ExchangeVerdict::unknown:
        break;
    }
    return MoveVerdict::unknown;
}

} // namespace

Result<void> Exchanger::check_addresses() const {
    if (order_.first == order_.second || order_.third == order_.second)
        return Error{Code::invalid_parameter,
                     "an exchange is between two elements; the third is empty, or the first again"};
    for (const auto address : {order_.first, order_.second, order_.third})
        if (type_of(changer_.geometry(), address) == scsi::ElementType::transport)
            return Error{Code::invalid_parameter,
                         fmt::format("element {} is the arm: cartridges are not exchanged with it",
                                     number(address))};
    if (!order_.spare)
        return {};
    const auto spare = *order_.spare;
    if (spare == order_.first || spare == order_.second ||
        type_of(changer_.geometry(), spare) != scsi::ElementType::storage)
        return Error{Code::invalid_parameter,
                     fmt::format("element {} is no slot to exchange through", number(spare))};
    return {};
}

Result<void> Exchanger::look() {
    ExchangePlaces places;
    const auto read = [this](scsi::ElementAddress address,
                             scsi::ElementStatus& to) -> Result<void> {
        auto element = changer_.read_element(address);
        if (!element)
            return std::move(element).error();
        to = *std::move(element);
        return {};
    };
    if (auto done = read(order_.first, places.first); !done)
        return done;
    if (auto done = read(order_.second, places.second); !done)
        return done;
    if (!swap())
        if (auto done = read(order_.third, places.third.emplace()); !done)
            return done;
    if (swap() && order_.spare)
        if (auto done = read(*order_.spare, places.spare.emplace()); !done)
            return done;
    places_ = std::move(places);
    return {};
}

/// Looks, at the arm as well where the elements do not tell, and judges.
Result<ExchangeVerdict> Exchanger::observe() {
    if (auto looked = look(); !looked)
        return std::move(looked).error();
    const ExchangeVerdict verdict = judge_exchange(*places_, pair_);
    if (verdict == ExchangeVerdict::done)
        return verdict;
    auto arms = changer_.read_elements(scsi::ElementType::transport);
    if (!arms)
        return std::move(arms).error();
    places_->arms = *std::move(arms);
    return judge_exchange(*places_, pair_);
}

/// Proves that the exchange may be made; a report if it need not or must not be.
std::optional<ExchangeReport> Exchanger::prove() {
    if (auto looked = look(); !looked)
        return resend_.sent() > 0 ? settle(std::move(looked).error())
                                  : refused(std::move(looked).error());
    const bool named = pair_.first && pair_.second;
    if (named && judge_exchange(*places_, pair_) == ExchangeVerdict::done) {
        ExchangeReport there = report(ExchangeVerdict::done, std::nullopt);
        there.note = "both cartridges were at their destinations already; nothing was moved";
        return there;
    }
    std::vector<const scsi::ElementStatus*> elements{&places_->first, &places_->second};
    if (places_->third)
        elements.push_back(&*places_->third);
    const auto rules = move_rules(changer_, device_, elements);
    if (!rules)
        return refused(rules.error());
    if (auto may = check_exchange(*places_, pair_, *rules); !may)
        return resend_.sent() > 0 ? judge_native(std::move(may).error())
                                  : refused(std::move(may).error());
    // From here on these are the cartridges that change places, whoever else comes along.
    const auto remember = [](std::optional<std::string>& ours, const scsi::ElementStatus& element) {
        if (!ours && element.volume_tag && !element.volume_tag->empty())
            ours = element.volume_tag;
    };
    remember(pair_.first, places_->first);
    remember(pair_.second, places_->second);
    return std::nullopt;
}

ExchangeReport Exchanger::exchange() {
    if (auto legal = check_addresses(); !legal)
        return refused(std::move(legal).error());
    device_.learn_timeouts();
    if (auto ended = prove())
        return *std::move(ended);
    if (device_.quirk().exchange.value_or(true) && device_.features().exchange != Support::no) {
        auto ended = send_native();
        steps_.front().verdict = ended ? ended->steps.front().verdict : MoveVerdict::refused_before;
        auto written = steps_.front().verdict ? journal(0) : Result<void>();
        if (ended)
            return *std::move(ended);
        if (!written)
            return refused(std::move(written).error());
    }
    if (order_.one_command)
        return refused({Code::device_refused, "the changer has no EXCHANGE MEDIUM"});
    return exchange_by_moves();
}

/// Sends EXCHANGE MEDIUM; nothing if the changer has no such command, or not for these elements.
std::optional<ExchangeReport> Exchanger::send_native() {
    const auto& geometry = changer_.geometry();
    steps_ = {{.kind = ExchangeStep::Kind::exchange,
               .source = order_.first,
               .destination = order_.second,
               .second_destination = order_.third,
               .barcode = pair_.first}};
    if (auto written = journal(0); !written)
        return refused(std::move(written).error());
    for (;;) {
        const scsi::ExchangeMedium command{
            .transport = device_.quirk().transport_address.value_or(geometry.transport.first),
            .source = order_.first,
            .first_destination = order_.second,
            .second_destination = order_.third,
            .invert_first = order_.invert_first,
            .invert_second = order_.invert_second,
            .import_export_position = order_.import_export_position};
        auto answer = device_.act(
            {.cdb = encode(command), .timeout = device_.timeout(CommandClass::exchange)});
        Support& known = device_.features().exchange;
        if (answer) {
            known = Support::yes;
            return judge_native(std::nullopt);
        }
        Error failure = std::move(answer).error().in("exchange medium");
        if (has_no_such_exchange(failure)) {
            if (failure.sense->asc == 0x20)
                known = Support::no;
            if (order_.one_command)
                return refused(std::move(failure));
            return std::nullopt;
        }
        switch (resend_.after(failure)) {
        case Resend::Next::prove_again:
            if (auto ended = prove())
                return ended;
            continue;
        case Resend::Next::judge:
            return judge_native(failure);
        case Resend::Next::settle:
            return settle(std::move(failure));
        case Resend::Next::give_up:
            return refused(std::move(failure));
        }
    }
}

/// Reads the outcome of an EXCHANGE MEDIUM that was answered. Cartridges without barcodes that have
/// changed places look as before: then the changer's GOOD is all there is, and the note says so.
ExchangeReport Exchanger::judge_native(const std::optional<Error>& failure) {
    for (int looks = 1;; ++looks) {
        const auto verdict = observe();
        if (!verdict)
            return settle(failure.value_or(verdict.error()));
        const bool alike =
            swap() && places_->first.full && places_->second.full && !(pair_.first && pair_.second);
        if (!failure && alike && *verdict == ExchangeVerdict::unknown) {
            ExchangeReport believed = report(ExchangeVerdict::done, std::nullopt);
            believed.note = "the changer reported success; without barcodes nothing else shows it";
            return believed;
        }
        if (*verdict == ExchangeVerdict::done || failure || looks == looks_after_good)
            return report(*verdict, failure);
        device_.clock().sleep_for(1s);
    }
}

ExchangeReport Exchanger::settle(Error cause) {
    ExchangeVerdict verdict = ExchangeVerdict::unknown;
    auto settled = changer::settle(changer_, device_, [&]() -> Result<Sight> {
        const auto seen = observe();
        if (!seen)
            return seen.error();
        verdict = *seen;
        return verdict == ExchangeVerdict::done       ? Sight::done
               : verdict == ExchangeVerdict::not_done ? Sight::not_begun
                                                      : Sight::between;
    });
    if (settled)
        return report(verdict, cause);
    places_.reset();
    return report(ExchangeVerdict::unknown, std::move(settled).error().in(cause.what));
}

Result<void> Exchanger::journal(std::size_t index) {
    return order_.journal ? order_.journal(steps_[index], index) : Result<void>();
}

ExchangeReport Exchanger::refused(Error error) const {
    const bool nothing_sent = resend_.sent() == 0;
    return {.verdict = nothing_sent ? ExchangeVerdict::refused_before : ExchangeVerdict::not_done,
            .error = std::move(error),
            .steps = steps_};
}

ExchangeReport Exchanger::report(ExchangeVerdict verdict,
                                 const std::optional<Error>& failure) const {
    ExchangeReport report{.verdict = verdict, .steps = steps_};
    if (places_) {
        report.seen = {places_->first, places_->second};
        for (const auto& more : {places_->third, places_->spare})
            if (more)
                report.seen.push_back(*more);
        report.seen.insert(report.seen.end(), places_->arms.begin(), places_->arms.end());
    }
    // Moves behind it mean that the exchange was not made by the one command.
    if (report.steps.size() == 1)
        report.steps.front().verdict = step_verdict(verdict);
    if (verdict == ExchangeVerdict::done) {
        if (failure)
            report.note = fmt::format("both cartridges are at their destinations, although: {}",
                                      to_string(*failure));
        return report;
    }
    Error error = failure.value_or(
        Error{Code::failed,
              "exchange medium: the changer reported success, and the elements do not show it"});
    if (verdict == ExchangeVerdict::in_arm) {
        error.code = Code::cartridge_in_arm;
        error.what += "; a cartridge hangs in the arm";
    } else if (verdict == ExchangeVerdict::unknown) {
        error.code = Code::move_unknown;
        error.what += places_ ? "; the elements do not tell where the cartridges are"
                              : "; the changer cannot be asked where the cartridges are";
    } else if (verdict == ExchangeVerdict::partly_done) {
        error.what += "; one cartridge has been moved, the other has not";
    }
    report.error = std::move(error);
    return report;
}

} // namespace changer
