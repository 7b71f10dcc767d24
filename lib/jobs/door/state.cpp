// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/state.hpp"

#include "jobs/door/step.hpp"

#include <array>
#include <tuple>
#include <type_traits>

namespace changer::jobs::door {
namespace {

auto written_down(const Context& c) {
    return std::tie(c.parameters,
                    c.door,
                    c.lock,
                    c.request,
                    c.cancelled,
                    c.called_off,
                    c.cabinet,
                    c.foreign_idle,
                    c.allowed,
                    c.prevented,
                    c.rescanned,
                    c.restarts,
                    c.resolved,
                    c.before,
                    c.alerts,
                    c.discounted,
                    c.evidence,
                    c.unsettled,
                    c.absence);
}

template <class... P>
bool is_one_of(const Phase& phase) {
    return (std::holds_alternative<P>(phase) || ...);
}

} // namespace

bool operator==(const Context& a, const Context& b) {
    return written_down(a) == written_down(b);
}

std::string_view name(DoorState state) {
    switch (state) {
    case DoorState::unknown:
        return "unknown";
    case DoorState::closed:
        return "closed";
    case DoorState::open:
        return "open";
    }
    return "unknown";
}

std::string_view name(LockState state) {
    switch (state) {
    case LockState::unknown:
        return "unknown";
    case LockState::requested:
        return "requested";
    case LockState::locked:
        return "locked";
    case LockState::unlocked:
        return "unlocked";
    case LockState::not_effective:
        return "not_effective";
    }
    return "unknown";
}

std::string_view name(RequestType type) {
    switch (type) {
    case RequestType::open_door:
        return "open_door";
    case RequestType::confirm_opened:
        return "confirm_opened";
    case RequestType::close_door:
        return "close_door";
    case RequestType::confirm_idle:
        return "confirm_idle";
    case RequestType::service:
        return "service";
    }
    return "service";
}

std::string_view phase_name(const Phase& phase) {
    static constexpr std::array<std::string_view, std::variant_size_v<Phase>> names{
        "queued",
        "draining",
        "emptying_drives",
        "unlocking",
        "unlocked",
        "open",
        "settling",
        "locking",
        "scanning",
        "identifying",
        "reconciling",
        "finishing",
        "done",
    };
    return names[phase.index()];
}

bool waiting(const State& state) {
    return state.context.request.has_value();
}

bool door_in_use(const State& state) {
    if (is_one_of<Unlocked, Open, Settling>(state.phase))
        return true;
    const auto* unlocking = std::get_if<Unlocking>(&state.phase);
    return unlocking != nullptr && unlocking->stage == Unlocking::Stage::allow;
}

bool before_open(const State& state) {
    return !state.context.cancelled && !state.context.resolved &&
           is_one_of<Queued, Draining, EmptyingDrives, Unlocking, Unlocked>(state.phase);
}

} // namespace changer::jobs::door
