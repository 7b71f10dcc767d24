// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/simulated_robot.hpp"
#include "sim/fault.hpp"

#include <array>
#include <functional>
#include <string_view>
#include <vector>

namespace changer::test {

/// One way in which one command goes wrong.
struct NamedFault {
    std::string_view name;
    /// Sees to it that the n-th command from now goes wrong.
    std::function<void(SimulatedRobot&, unsigned nth)> arm;
};

inline NamedFault injected(std::string_view name, sim::Fault fault) {
    return {name, [fault](SimulatedRobot& robot, unsigned nth) {
                sim::Fault once = fault;
                once.nth = nth;
                robot.library->inject(once);
            }};
}

/// Ten unit attentions that wait behind one another, as after a night without a host.
inline NamedFault ten_unit_attentions() {
    return {"10 unit attentions", [](SimulatedRobot& robot, unsigned nth) {
                constexpr std::array stacked{Sense{0x6, 0x29, 0x00},
                                             Sense{0x6, 0x28, 0x00},
                                             Sense{0x6, 0x2A, 0x01},
                                             Sense{0x6, 0x3F, 0x0E},
                                             Sense{0x6, 0x28, 0x01},
                                             Sense{0x6, 0x3F, 0x01},
                                             Sense{0x6, 0x2A, 0x02},
                                             Sense{0x6, 0x29, 0x03},
                                             Sense{0x6, 0x5D, 0x00},
                                             Sense{0x6, 0x28, 0x03}};
                for (const Sense& sense : stacked)
                    robot.library->inject(
                        {.effect = sim::Effect::sense, .sense = sense, .nth = nth++});
            }};
}

/// Another initiator, or an operator, resets everything right before the command.
inline NamedFault reset_before() {
    return {"reset before", [](SimulatedRobot& robot, unsigned nth) {
                robot.host.before(nth, [&robot] { robot.library->reset_every_unit(); });
            }};
}

/// Everything that the n-th command can meet.
inline std::vector<NamedFault> faults() {
    using sim::Effect;
    const auto refused = [](Sense sense, unsigned times = 1) {
        return sim::Fault{.effect = Effect::sense, .sense = sense, .times = times};
    };
    return {injected("unit attention", refused({0x6, 0x28, 0x00})),
            ten_unit_attentions(),
            injected("unit attention that stays", refused({0x6, 0x53, 0x02}, 100)),
            injected("becoming ready", refused({0x2, 0x04, 0x01})),
            injected("becoming ready for some time", refused({0x2, 0x04, 0x01}, 4)),
            injected("BUSY", {.effect = Effect::status, .value = 0x08}),
            injected("TASK SET FULL", {.effect = Effect::status, .value = 0x28, .times = 3}),
            injected("RESERVATION CONFLICT", {.effect = Effect::status, .value = 0x18}),
            injected("hardware error", refused({0x4, 0x40, 0x80})),
            injected("done, and reported as a hardware error",
                     {.effect = Effect::sense_after, .sense = {0x4, 0x40, 0x80}}),
            injected("timeout before effect", {.effect = Effect::timeout}),
            injected("timeout after effect", {.effect = Effect::timeout_after}),
            injected("connection lost before", {.effect = Effect::drop_before}),
            injected("connection lost when it arrived", {.effect = Effect::drop}),
            injected("connection lost after", {.effect = Effect::drop_after}),
            reset_before(),
            injected("restart in the move", {.effect = Effect::reset}),
            injected("no data", {.effect = Effect::short_data, .value = 0}),
            injected("short data", {.effect = Effect::short_data, .value = 20}),
            injected("garbage", {.effect = Effect::garbage}),
            injected("stuck in the arm", {.effect = Effect::stuck}),
            injected("late", {.effect = Effect::delay, .value = 5000})};
}

} // namespace changer::test
