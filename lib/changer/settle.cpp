// SPDX-License-Identifier: Apache-2.0
#include "changer/settle.hpp"

#include "changer/changer.hpp"

#include <chrono>

namespace changer {
namespace {

using namespace std::chrono_literals;

constexpr auto budget = 3min;
constexpr auto pause_between_looks = 2s;
/// So many looks in a row that show nothing begun, by a changer that is ready, mean that nothing
/// will begin.
constexpr int looks_until_not_begun = 6;

} // namespace

Result<void> settle(Changer& changer, Device& device, const std::function<Result<Sight>()>& look) {
    const SteadyTime end = device.clock().now().steady + budget;
    int not_begun = 0;
    for (;;) {
        // The first command over a new session: drains what it has to say.
        const auto readiness = changer.test_ready();
        const auto sight = readiness ? look() : Result<Sight>(readiness.error());
        if (sight && *sight == Sight::done)
            return {};
        const bool rests = sight && *sight == Sight::not_begun && readiness->ready;
        not_begun = rests ? not_begun + 1 : 0;
        const bool over = device.clock().now().steady + pause_between_looks > end;
        if (not_begun == looks_until_not_begun || (over && sight))
            return {};
        if (over)
            return sight.error();
        device.clock().sleep_for(pause_between_looks);
    }
}

} // namespace changer
