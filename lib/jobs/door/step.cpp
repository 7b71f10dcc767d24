// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/step.hpp"

#include "jobs/door/phases.hpp"

namespace changer::jobs::door {

Step step(const State& state, const Event& event, const Now& now) {
    Machine m(state, now);
    std::visit(Overload{
                   [&](const Queued&) { on_queued(m, event); },
                   [&](const Draining&) { on_draining(m, event); },
                   [&](const EmptyingDrives&) { on_emptying_drives(m, event); },
                   [&](const Unlocking&) { on_unlocking(m, event); },
                   [&](const Unlocked&) { on_unlocked(m, event); },
                   [&](const Open&) { on_open(m, event); },
                   [&](const Settling&) { on_settling(m, event); },
                   [&](const Locking&) { on_locking(m, event); },
                   [&](const Scanning&) { on_scanning(m, event); },
                   [&](const Identifying&) { on_identifying(m, event); },
                   [&](const Reconciling&) { on_reconciling(m, event); },
                   [&](const Finishing&) { on_finishing(m, event); },
                   [&](const Done&) { on_done(m, event); },
               },
               state.phase);
    return std::move(m).finish();
}

Parameters unsolicited(Parameters parameters) {
    using library::InventoryMethod;
    parameters.max_open = std::chrono::seconds{0};
    // Nobody asked for hours of loading: at most what can be read at once.
    parameters.inventory = parameters.inventory_method == InventoryMethod::none
                               ? InventoryAction::none
                               : InventoryAction::fast;
    return parameters;
}

Step found_open(const State& state, const std::string& evidence, const Now& now) {
    Machine m(state, now);
    enter_open(m, evidence);
    return std::move(m).finish();
}

} // namespace changer::jobs::door
