// SPDX-License-Identifier: Apache-2.0
#include "changer/motion.hpp"

#include "device/unit_attention.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// Enough for what queues up after a reset; each is another one, or it is an outcome.
constexpr int most_attempts = 16;

} // namespace

Result<void>
send_motion(Device& device, CommandClass which, const std::function<Result<scsi::Cdb>()>& build) {
    std::optional<Sense> met;
    for (int attempt = 1;; ++attempt) {
        const auto cdb = build();
        if (!cdb)
            return cdb.error();
        auto answer = device.act({.cdb = *cdb, .timeout = device.timeout(which)});
        if (answer)
            return {};
        const Error& error = answer.error();
        const bool attention = error.sense && error.sense->key == scsi::sense_key::unit_attention;
        const bool may_repeat = error.code == Code::device_busy ||
                                (attention && met != error.sense &&
                                 may_start_again_after(*error.sense, device.sense_family()));
        if (!may_repeat || attempt == most_attempts)
            return std::move(answer).error();
        met = attention ? error.sense : std::nullopt;
        if (!attention)
            device.clock().sleep_for(std::min<std::chrono::milliseconds>(1s * attempt, 5s));
    }
}

Support support_after(const Result<void>& answer, Support before) {
    if (answer)
        return Support::yes;
    return answer.error().sense == Sense{scsi::sense_key::illegal_request, 0x20, 0x00} ? Support::no
                                                                                       : before;
}

} // namespace changer
