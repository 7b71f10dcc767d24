// SPDX-License-Identifier: Apache-2.0
#include "door_driver.hpp"
#include "jobs/door/evidence.hpp"

#include <doctest/doctest.h>

#include <array>
#include <sstream>
#include <vector>

using namespace changer;
using namespace changer::jobs;
using namespace changer::jobs::door;
using namespace changer::jobs::door::test;

namespace {

// For every phase, the phase that follows each event; "." stays. Answers are awaited ones.
// The samples: policy `jobs`, PREVENT sent from settling on, a request raised where there can be
// one; `attention` is 3B/13 (a magazine was inserted), `failed` is 5/20/00, `moved` is done.
constexpr std::string_view table_alone = R"(
phase       selected started ready alerts elements rescanned removal moved exchanged positioned failed attention tick complete refuse cancel lost back restarted amended identified reconciled released opened closed off ask over all_done
queued          draining unlocking . . . . . . . . . . . . . done . . . . . . . . . done . . .
draining        . unlocking . . . . . . . . . open . . . done . . . . . . . . . done . . .
emptying_drives . . . . unlocking . . unlocking . . . . . . . done . . . . . . . . . done . . .
unlocking       . . . . . . unlocked . . . . . . . . done . . . . . . . . . done . . .
unlocked        . . . . . . . . . . . open . settling locking locking . . . . . . . . . locking . . .
open            . . . . . . . . . . . . . settling . . . . . . . . . . . . . . .
settling        . . . . locking . . . . . locking open . . locking . . . . . . . . . . . . . .
locking         . . . . . . scanning . . . . open . . . . . settling settling . . . . . . . . . .
scanning        . . . . reconciling settling . . . . . open . . . . . settling settling . . . . . . . . . .
identifying     . . . . . . . . . . . open . . . . . settling settling . reconciling . . . . . . . .
reconciling     . . . . . . . . . . . . . . . . . . settling . . . . . . . . . .
finishing       . . . . . . . . . . . . . . . . . . . . . . . . . . . . done
done            . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
)";

// The same of a part in a cabinet: drained, quiet where it is open, closing where it is over, and
// having seen one opening; `opened` is the second one, `closed` and `over` are of the first.
constexpr std::string_view table_in_cabinet = R"(
phase       selected started ready alerts elements rescanned removal moved exchanged positioned failed attention tick complete refuse cancel lost back restarted amended identified reconciled released opened closed off ask over all_done
queued          draining draining . . . . . . . . . . . . . finishing . . . . . . . . . finishing . . .
draining        . . . . . . . . . . . open . . . finishing . . . . . . unlocking open . finishing . . .
emptying_drives . . . . draining . . draining . . . . . . . finishing . . . . . . . open . finishing . . .
unlocking       . . . . . . unlocked . . . . . . . . finishing . . . . . . . open . finishing . . .
unlocked        . . . . . . . . . . . open . open locking locking . . . . . . . open . locking . . .
open            . . . . . . . . . . . . . . . . . . . . . . . . settling . . . .
settling        . . . . locking . . . . . locking open . . locking . . . . . . . . open . . . . .
locking         . . . . . . scanning . . . . open . . . . . settling settling . . . . open . . . . .
scanning        . . . . reconciling settling . . . . . open . . . . . settling settling . . . . open . . . . .
identifying     . . . . . . . . . . . open . . . . . settling settling . reconciling . . open . . . . .
reconciling     . . . . . . . . . . . open . . . . . . settling . . . . open . . . . .
finishing       . . . . . . . . . . . . . . . . . . . . . . . open . . . . done
done            . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
)";

constexpr std::size_t event_count = 29;

enum class Kind { alone, in_cabinet };

struct Named {
    std::string_view name;
    Event event;
    std::optional<DeviceCommand> awaited = std::nullopt;
};

std::vector<Named> events() {
    return {
        {"selected", Selected{}},
        {"started", Started{}},
        {"ready", ready(), TestReady{}},
        {"alerts", no_alerts(), ReadAlerts{}},
        {"elements", elements(), ReadElements{}},
        {"rescanned", DeviceAnswer{Rescanned{}}, Rescan{}},
        {"removal", good(), PreventRemoval{}},
        {"moved", DeviceAnswer{Moved{.verdict = MoveVerdict::done}}, MoveMedium{}},
        {"exchanged", DeviceAnswer{Exchanged{}}, ExchangeMedia{}},
        {"positioned", DeviceAnswer{Positioned{}}, PositionArm{}},
        {"failed", failed({Code::device_refused, "refused", not_supported}), ReadElements{}},
        {"attention", Attention{{{{0x6, 0x3B, 0x13}, 0x00}}}},
        {"tick", Tick{}},
        {"complete", Complete{}},
        {"refuse", Refuse{}},
        {"cancel", Cancel{}},
        {"lost", DeviceLost{}},
        {"back", DeviceBack{}},
        {"restarted", Restarted{}},
        {"amended", Amended{.inventory = InventoryAction::full}},
        {"identified", Identified{}},
        {"reconciled", Reconciled{}},
        {"released", Released{}},
        {"opened", OpenedElsewhere{2, "library b: door open"}},
        {"closed", ClosedForAll{1, false}},
        {"off", CalledOff{"library b: it failed"}},
        {"ask", MayAsk{}},
        {"over", AllOver{1}},
        {"all_done", CabinetDone{}},
    };
}

const Now start{SteadyTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{24 * 365 * 50}}};

Timer hour() {
    return Timer::start(std::chrono::hours{1}, start);
}

std::vector<Phase> phases() {
    return {
        Queued{},
        Draining{},
        EmptyingDrives{.planned = true, .moves = {MoveMedium{}}},
        Unlocking{},
        Unlocked{.timeout = hour()},
        Open{.since = start.wall, .max_open = hour()},
        Settling{.budget = hour()},
        Locking{},
        Scanning{},
        Identifying{},
        Reconciling{},
        Finishing{.closing = true},
        Done{},
    };
}

State sample(const Phase& phase, Kind kind) {
    State state{.phase = phase};
    Context& c = state.context;
    if (kind == Kind::in_cabinet) {
        c.cabinet = CabinetPart{.others = {"b"}, .round = 1};
        if (auto* draining = std::get_if<Draining>(&state.phase))
            draining->drained = true;
        if (auto* open = std::get_if<Open>(&state.phase))
            open->quiet = true;
    }
    c.parameters = parameters();
    c.before = snapshot_of(slots());
    c.alerts = AlertFlags{};
    const bool after_allow = phase.index() >= Phase(Unlocked{}).index();
    const bool after_close = phase.index() >= Phase(Settling{}).index();
    c.allowed = after_allow;
    c.prevented = after_close;
    c.lock = after_close ? LockState::requested
                         : (after_allow ? LockState::unlocked : LockState::unknown);
    if (after_close)
        c.resolved = library::InventoryMethod::fast;
    if (std::holds_alternative<Finishing>(phase)) {
        c.prevented = false; // its lock has been put right
        c.lock = LockState::unlocked;
    }
    if (std::holds_alternative<Unlocked>(phase))
        c.request = RequestType::open_door;
    if (std::holds_alternative<Open>(phase))
        c.request = RequestType::close_door;
    if (std::holds_alternative<Settling>(phase))
        c.request = RequestType::service;
    return state;
}

struct Sample {
    Phase phase;
    Kind kind;
};

std::vector<Sample> samples() {
    std::vector<Sample> all;
    for (const Phase& phase : phases())
        for (const Kind kind : {Kind::alone, Kind::in_cabinet})
            all.push_back({phase, kind});
    return all;
}

void prepare(State& state, const Named& event) {
    state.context.memory.outstanding = event.awaited;
    if (event.name == "removal" && phase_name(state.phase).substr(0, 6) == "unlock")
        state.context.memory.outstanding = AllowRemoval{};
    if (event.name == "back")
        state.context.absence = Absence{hour(), true};
}

} // namespace

TEST_SUITE("jobs/door: every phase and every event") {
    TEST_CASE("has the outcome that is written down") {
        for (const Kind kind : {Kind::alone, Kind::in_cabinet}) {
            std::istringstream table{
                std::string(kind == Kind::alone ? table_alone : table_in_cabinet)};
            std::string word;
            for (std::size_t i = 0; i <= event_count; ++i)
                table >> word;
            std::size_t pairs = 0;
            for (const Phase& phase : phases()) {
                table >> word;
                REQUIRE(word == phase_name(phase));
                for (const Named& event : events()) {
                    table >> word;
                    CAPTURE(static_cast<int>(kind));
                    CAPTURE(phase_name(phase));
                    CAPTURE(event.name);
                    State state = sample(phase, kind);
                    prepare(state, event);
                    const auto next = step(state, event.event, start);
                    const std::string_view follows = word == "." ? phase_name(phase) : word;
                    CHECK(phase_name(next.next.phase) == follows);
                    CHECK(next.commands.size() <= 1);
                    if (next.next.phase.index() != phase.index())
                        CHECK(next.record);
                    ++pairs;
                }
            }
            CHECK(pairs == std::variant_size_v<Phase> * event_count);
            const bool more = static_cast<bool>(table >> word);
            CHECK_FALSE(more);
        }
    }

    TEST_CASE("covers every alternative of Event and of the answers") {
        std::array<bool, std::variant_size_v<Event>> seen{};
        std::array<bool, std::variant_size_v<decltype(DeviceAnswer::answer)>> answers{};
        for (const Named& event : events()) {
            seen[event.event.index()] = true;
            if (const auto* answer = std::get_if<DeviceAnswer>(&event.event))
                answers[answer->answer.index()] = true;
        }
        for (const bool one : seen)
            CHECK(one);
        for (const bool one : answers)
            CHECK(one);
    }

    TEST_CASE("an answer that nobody awaits changes nothing") {
        for (const Sample& of : samples())
            for (const Named& event : events()) {
                if (!event.awaited)
                    continue;
                CAPTURE(phase_name(of.phase));
                CAPTURE(event.name);
                const State state = sample(of.phase, of.kind);
                const auto next = step(state, event.event, start);
                CHECK(next.next == state);
                CHECK(next.commands.empty());
                CHECK(next.notices.empty());
                CHECK_FALSE(next.record);
            }
    }

    TEST_CASE("a second command never overtakes the first") {
        for (const Sample& of : samples())
            for (const Named& event : events()) {
                if (event.awaited || event.name == "lost" || event.name == "restarted" ||
                    event.name == "back")
                    continue;
                CAPTURE(phase_name(of.phase));
                CAPTURE(event.name);
                State state = sample(of.phase, of.kind);
                state.context.memory.outstanding = TestReady{};
                CHECK(step(state, event.event, start).commands.empty());
            }
    }

    TEST_CASE("nothing is sent to a device that is gone") {
        for (const Sample& of : samples())
            for (const Named& event : events()) {
                if (event.name == "back" || event.awaited)
                    continue;
                CAPTURE(phase_name(of.phase));
                CAPTURE(event.name);
                State state = sample(of.phase, of.kind);
                state.context.absence = Absence{hour(), true};
                Event fed = event.event;
                if (event.name == "restarted")
                    fed = Restarted{.device_present = false};
                CHECK(step(state, fed, start).commands.empty());
            }
    }
}
