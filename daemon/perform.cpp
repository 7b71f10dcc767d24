// SPDX-License-Identifier: Apache-2.0
#include "perform.hpp"

#include <algorithm>
#include <utility>

namespace changer::daemon {
namespace {

using jobs::DeviceFailed;
using Answer = decltype(jobs::DeviceAnswer::answer);

jobs::RemovalVerdict translate(RemovalVerdict verdict) {
    switch (verdict) {
    case RemovalVerdict::good:
        return jobs::RemovalVerdict::good;
    case RemovalVerdict::refused:
        return jobs::RemovalVerdict::refused;
    case RemovalVerdict::unknown:
        break;
    }
    return jobs::RemovalVerdict::unknown;
}

jobs::MoveVerdict translate(MoveVerdict verdict) {
    switch (verdict) {
    case MoveVerdict::done:
        return jobs::MoveVerdict::done;
    case MoveVerdict::not_done:
        return jobs::MoveVerdict::not_done;
    case MoveVerdict::in_arm:
        return jobs::MoveVerdict::in_arm;
    case MoveVerdict::refused_before:
        return jobs::MoveVerdict::refused_before;
    case MoveVerdict::unknown:
        break;
    }
    return jobs::MoveVerdict::unknown;
}

jobs::ExchangeVerdict translate(ExchangeVerdict verdict) {
    switch (verdict) {
    case ExchangeVerdict::done:
        return jobs::ExchangeVerdict::done;
    case ExchangeVerdict::not_done:
        return jobs::ExchangeVerdict::not_done;
    case ExchangeVerdict::partly_done:
        return jobs::ExchangeVerdict::partly_done;
    case ExchangeVerdict::in_arm:
        return jobs::ExchangeVerdict::in_arm;
    case ExchangeVerdict::refused_before:
        return jobs::ExchangeVerdict::refused_before;
    case ExchangeVerdict::unknown:
        break;
    }
    return jobs::ExchangeVerdict::unknown;
}

jobs::ExchangeStep translate(const ExchangeStep& step) {
    jobs::ExchangeStep told;
    told.kind = step.kind == ExchangeStep::Kind::exchange ? jobs::ExchangeStep::Kind::exchange
                                                          : jobs::ExchangeStep::Kind::move;
    told.source = step.source;
    told.destination = step.destination;
    told.second_destination = step.second_destination;
    told.barcode = step.barcode;
    if (step.verdict)
        told.verdict = translate(*step.verdict);
    return told;
}

/// Runs each command.
struct Performer {
    Changer& changer;
    const StepWriter& write;

    Answer operator()(const jobs::TestReady&) const {
        const auto readiness = changer.test_ready();
        if (!readiness)
            return DeviceFailed{readiness.error()};
        return jobs::Readiness{readiness->ready, readiness->not_ready};
    }

    Answer operator()(const jobs::ReadAlerts&) const {
        const auto flags = changer.read_alerts();
        if (!flags)
            return DeviceFailed{flags.error()};
        return jobs::Alerts{*flags};
    }

    Answer operator()(const jobs::ReadElements&) const {
        auto elements = changer.read_elements();
        if (!elements)
            return DeviceFailed{elements.error()};
        return jobs::Elements{std::move(*elements)};
    }

    Answer operator()(const jobs::Rescan&) const {
        const auto done = changer.rescan();
        if (!done)
            return DeviceFailed{done.error()};
        return jobs::Rescanned{};
    }

    Answer operator()(const jobs::AllowRemoval&) const { return removal(changer.allow_removal()); }

    Answer operator()(const jobs::PreventRemoval&) const {
        return removal(changer.prevent_removal());
    }

    Answer operator()(const jobs::MoveMedium& move) const {
        return moved(changer.move(move.source, move.destination, move.barcode));
    }

    Answer operator()(const jobs::VerifyMove& verify) const {
        const auto& move = verify.move;
        return moved(changer.verify_move(move.source, move.destination, move.barcode));
    }

    Answer operator()(const jobs::ExchangeMedia& order) const {
        auto told = order_of(order);
        told.journal = [this](const ExchangeStep& step, std::size_t index) {
            return write(translate(step), index);
        };
        return exchanged(changer.exchange(told));
    }

    Answer operator()(const jobs::VerifyExchange& verify) const {
        return exchanged(changer.verify_exchange(order_of(verify.exchange)));
    }

    Answer operator()(const jobs::PositionArm& position) const {
        const auto done = changer.position(position.element);
        if (!done)
            return DeviceFailed{done.error()};
        return jobs::Positioned{};
    }

    static Answer moved(MoveReport report) {
        return jobs::Moved{
            translate(report.verdict), std::move(report.error), std::move(report.seen)};
    }

    static ExchangeOrder order_of(const jobs::ExchangeMedia& order) {
        return {.first = order.first,
                .second = order.second,
                .third = order.third,
                .first_barcode = order.first_barcode,
                .second_barcode = order.second_barcode,
                .spare = order.spare};
    }

    static Answer exchanged(ExchangeReport report) {
        jobs::Exchanged answer{translate(report.verdict), std::move(report.error)};
        for (const ExchangeStep& step : report.steps)
            answer.steps.push_back(translate(step));
        answer.seen = std::move(report.seen);
        answer.note = std::move(report.note);
        return answer;
    }

    static Answer removal(const RemovalAnswer& answer) {
        return jobs::Removal{translate(answer.verdict), answer.sense};
    }
};

} // namespace

std::vector<scsi::UnitAttention> take_events(Changer& changer) {
    auto events = changer.take_unit_attentions();
    const auto tells = [](const scsi::UnitAttention& event) {
        return event.sense.asc == 0x29 || (event.sense.asc == 0x2A && event.sense.ascq == 0x15);
    };
    const bool lost = changer.take_invalidations().removal_prevention;
    if (lost && std::none_of(events.begin(), events.end(), tells)) {
        scsi::UnitAttention nexus_loss;
        nexus_loss.sense = {0x6, 0x29, 0x07}; // I_T NEXUS LOSS OCCURRED, SPC-4 annex F
        events.insert(events.begin(), nexus_loss);
    }
    return events;
}

jobs::DeviceAnswer
perform(Changer& changer, const jobs::DeviceCommand& command, const StepWriter& write) {
    auto answer = std::visit(Performer{changer, write}, command);
    return {std::move(answer), take_events(changer)};
}

} // namespace changer::daemon
