// SPDX-License-Identifier: Apache-2.0
#include "device/recovery.hpp"

#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// The policy. Pauses of all rows together stay below half a minute.
constexpr std::array<RecoveryRow, situation_count> recovery_rows{{
    {Situation::good, 0, {}, "nothing to recover"},
    {Situation::unit_attention, 16, {}, "not executed; several of them queue up after a reset"},
    {Situation::deferred, 4, {}, "not executed; the error is an earlier command's"},
    {Situation::busy, 6, {250ms, 500ms, 1s, 2s, 4s, 8s}, "not executed; it has other work"},
    {Situation::passing_fault, 3, {1s, 2s, 5s}, "bridges and paths lose a command now and then"},
    {Situation::lost, 1, {}, "the target was restarted: the next command logs in anew"},
    {Situation::refused, 0, {}, "the caller knows better than to ask again"},
}};

constexpr bool recovery_rows_in_order() {
    for (std::size_t i = 0; i < recovery_rows.size(); ++i)
        if (static_cast<std::size_t>(recovery_rows.at(i).situation) != i)
            return false;
    return true;
}

static_assert(recovery_rows_in_order(), "one row for each Situation, in order");

constexpr std::chrono::milliseconds pause_before(const RecoveryRow& row, unsigned repeat) {
    std::size_t i = std::min<std::size_t>(repeat, row.pauses.size() - 1);
    while (i > 0 && row.pauses.at(i) == 0ms)
        --i;
    return row.pauses.at(i);
}

Situation situation_of_sense(const scsi::SenseData& data, scsi::VendorFamily family) {
    if (data.deferred)
        return Situation::deferred;
    const scsi::Reaction reaction = scsi::reaction(data.sense, family);
    switch (data.sense.key) {
    case scsi::sense_key::unit_attention:
        return Situation::unit_attention;
    case scsi::sense_key::no_sense: // 00/16 "operation in progress" is no success
        return reaction == scsi::Reaction::wait ? Situation::passing_fault : Situation::good;
    case scsi::sense_key::recovered_error:
        return Situation::good;
    default:
        return reaction == scsi::Reaction::retry ? Situation::passing_fault : Situation::refused;
    }
}

Situation situation_of_failure(Code code) {
    switch (code) {
    case Code::transport_failed:
        return Situation::lost;
    case Code::device_busy: // the kernel's queue is full, nothing was sent
        return Situation::busy;
    default: // a time-out has cost its time already; an absent device is for the caller
        return Situation::refused;
    }
}

} // namespace

Situation situation_of(const Answer& answer, scsi::VendorFamily family) {
    if (!answer.completion)
        return situation_of_failure(answer.completion.error().code);
    switch (answer.completion->status) {
    case scsi::Status::good:
        return Situation::good;
    case scsi::Status::busy:
    case scsi::Status::task_set_full:
        return Situation::busy;
    case scsi::Status::task_aborted:
        return Situation::passing_fault;
    case scsi::Status::check_condition:
        return answer.sense ? situation_of_sense(*answer.sense, family) : Situation::refused;
    case scsi::Status::reservation_conflict:
        break;
    }
    return Situation::refused;
}

Recovery recover(const Answer& answer, Attempts& attempts, scsi::VendorFamily family) {
    const Situation situation = situation_of(answer, family);
    const RecoveryRow& row = recovery_rows.at(static_cast<std::size_t>(situation));
    std::optional<Sense> attention;
    if (situation == Situation::unit_attention)
        attention = answer.sense->sense;
    const bool again = attention && attention == attempts.unit_attention;
    attempts.unit_attention = attention;
    unsigned& met = attempts.met.at(static_cast<std::size_t>(situation));
    if (again || met >= row.repeats)
        return {};
    return {true, pause_before(row, met++)};
}

Error error_of(const Answer& answer, scsi::VendorFamily family) {
    if (!answer.completion)
        return answer.completion.error();
    const Completion& done = *answer.completion;
    const std::string raw = to_hex(done.sense);
    switch (done.status) {
    case scsi::Status::busy:
    case scsi::Status::task_set_full:
        return {Code::device_busy, "the device stays busy", std::nullopt, raw};
    case scsi::Status::reservation_conflict:
        return {Code::reservation_conflict, "another host has reserved the device"};
    default:
        break;
    }
    if (!answer.sense)
        return {Code::device_refused,
                fmt::format("refused with status {:02X}h and no sense",
                            static_cast<unsigned>(done.status)),
                std::nullopt,
                raw};
    const std::string_view means = answer.sense->deferred ? "an earlier command failed: " : "";
    return {Code::device_refused,
            fmt::format("{}{}", means, scsi::describe(answer.sense->sense, family)),
            answer.sense->sense,
            raw};
}

} // namespace changer
