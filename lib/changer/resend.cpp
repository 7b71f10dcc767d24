// SPDX-License-Identifier: Apache-2.0
#include "changer/resend.hpp"

#include "device/unit_attention.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// How often a command that was not executed is built anew.
constexpr unsigned most_sent = 8;
/// A changer that is "becoming ready" when it gets the command is waited for at least this long.
constexpr auto ready_budget = 60s;

/// Nothing reached the device: the command's fate is known.
bool nothing_was_sent(Code code) {
    return code == Code::device_not_available || code == Code::not_enough_memory ||
           code == Code::access_denied;
}

bool answer_was_lost(Code code) {
    return code == Code::transport_failed || code == Code::command_timeout;
}

} // namespace

bool Resend::start_again_after(const Sense& unit_attention) {
    const bool same = unit_attention_ == unit_attention;
    unit_attention_ = unit_attention;
    return !same && may_start_again_after(unit_attention, device_.sense_family());
}

bool Resend::wait_until_ready() {
    ReadyWait wait = device_.options().ready;
    wait.budget = std::max<std::chrono::milliseconds>(wait.budget, ready_budget);
    return bool(device_.wait_until_ready(wait));
}

Resend::Next Resend::after(const Error& failure) {
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
    if (becoming_ready(*failure.sense, device_.sense_family()) && !std::exchange(waited_, true) &&
        wait_until_ready())
        return Next::prove_again;
    return Next::judge;
}

} // namespace changer
