// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/json.hpp"

#include "jobs/door/json_fields.hpp"
#include "jobs/door/machine.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace changer::jobs::door {
namespace {

using nlohmann::json;

constexpr std::string_view schema = "changer.door_machine/1";

json write(const Timer& timer) {
    return {{"started", timer.started.time_since_epoch().count()},
            {"budget_seconds", timer.budget.count()}};
}

Timer read_timer(const Fields& in) {
    Timer timer;
    timer.started = WallTime{std::chrono::milliseconds{in.integer("started", 0, max_wall)}};
    timer.budget = in.seconds("budget_seconds");
    return timer;
}

json write(const Outcome& outcome) {
    return {{"ending", name(outcome.ending)},
            {"error", outcome.error ? write_error(*outcome.error) : json()}};
}

Outcome read_outcome(const Fields& in) {
    Outcome outcome;
    outcome.ending = in.one_of<Ending>("ending");
    if (in.has("error"))
        outcome.error = read_error(in.object("error"));
    return outcome;
}

json write(const MoveMedium& move) {
    return {{"source", scsi::number(move.source)},
            {"destination", scsi::number(move.destination)},
            {"barcode", move.barcode ? json(*move.barcode) : json()}};
}

MoveMedium read_move(const Fields& in) {
    MoveMedium move;
    move.source = scsi::ElementAddress{in.number<std::uint16_t>("source")};
    move.destination = scsi::ElementAddress{in.number<std::uint16_t>("destination")};
    if (in.has("barcode"))
        move.barcode = in.text("barcode");
    return move;
}

struct PhaseWriter {
    json operator()(const Queued&) const { return json::object(); }

    json operator()(const Draining& p) const { return {{"drained", p.drained}}; }

    json operator()(const EmptyingDrives& p) const {
        json moves = json::array();
        for (const MoveMedium& move : p.moves)
            moves.push_back(write(move));
        return {{"planned", p.planned}, {"moves", std::move(moves)}, {"attempts", p.attempts}};
    }

    json operator()(const Unlocking& p) const {
        return {{"stage", name(p.stage)}, {"attempts", p.attempts}};
    }

    json operator()(const Unlocked& p) const {
        return {{"timeout", write(p.timeout)},
                {"allow_again", p.allow_again},
                {"reread", name(p.reread)}};
    }

    json operator()(const Open& p) const {
        return {{"since", p.since.time_since_epoch().count()},
                {"max_open", write(p.max_open)},
                {"asked", p.asked},
                {"quiet", p.quiet},
                {"overruled", p.overruled}};
    }

    json operator()(const Settling& p) const {
        return {{"budget", write(p.budget)}, {"prevent_due", p.prevent_due}, {"asked", p.asked}};
    }

    json operator()(const Locking& p) const {
        return {
            {"purpose", name(p.purpose)}, {"outcome", write(p.outcome)}, {"attempts", p.attempts}};
    }

    json operator()(const Scanning& p) const {
        return {{"purpose", name(p.purpose)}, {"attempts", p.attempts}};
    }

    json operator()(const Identifying&) const { return json::object(); }

    json operator()(const Reconciling& p) const {
        return {
            {"reconciled", p.reconciled}, {"outcome", write(p.outcome)}, {"attempts", p.attempts}};
    }

    json operator()(const Finishing& p) const {
        return {{"outcome", write(p.outcome)},
                {"closing", p.closing},
                {"for_others", p.for_others},
                {"attempts", p.attempts}};
    }

    json operator()(const Done& p) const { return {{"outcome", write(p.outcome)}}; }
};

EmptyingDrives read_emptying_drives(const Fields& in) {
    EmptyingDrives p;
    p.planned = in.boolean("planned");
    for (const Fields& move : in.objects("moves"))
        p.moves.push_back(read_move(move));
    p.attempts = in.number<std::uint32_t>("attempts");
    return p;
}

Phase read_phase(std::string_view which, const Fields& in) {
    const auto is = [&](const Phase& phase) { return which == phase_name(phase); };
    if (is(Queued{}))
        return Queued{};
    if (is(Draining{}))
        return Draining{in.boolean("drained")};
    if (is(EmptyingDrives{}))
        return read_emptying_drives(in);
    if (is(Unlocking{}))
        return Unlocking{in.one_of<Unlocking::Stage>("stage"),
                         in.number<std::uint32_t>("attempts")};
    if (is(Unlocked{}))
        return Unlocked{read_timer(in.object("timeout")),
                        in.boolean("allow_again"),
                        in.one_of<Unlocked::Reread>("reread")};
    if (is(Open{}))
        return Open{WallTime{std::chrono::milliseconds{in.integer("since", 0, max_wall)}},
                    read_timer(in.object("max_open")),
                    in.boolean("asked"),
                    in.boolean("quiet"),
                    in.boolean("overruled")};
    if (is(Settling{}))
        return Settling{
            read_timer(in.object("budget")), in.boolean("prevent_due"), in.boolean("asked")};
    if (is(Locking{}))
        return Locking{in.one_of<Purpose>("purpose"),
                       read_outcome(in.object("outcome")),
                       in.number<std::uint32_t>("attempts")};
    if (is(Scanning{}))
        return Scanning{in.one_of<Purpose>("purpose"), in.number<std::uint32_t>("attempts")};
    if (is(Identifying{}))
        return Identifying{};
    if (is(Reconciling{}))
        return Reconciling{in.boolean("reconciled"),
                           read_outcome(in.object("outcome")),
                           in.number<std::uint32_t>("attempts")};
    if (is(Finishing{}))
        return Finishing{read_outcome(in.object("outcome")),
                         in.boolean("closing"),
                         in.boolean("for_others"),
                         in.number<std::uint32_t>("attempts")};
    if (is(Done{}))
        return Done{read_outcome(in.object("outcome"))};
    in.fault("phase", "is not one of the phases of a door job");
    return Queued{};
}

json write(const Parameters& p) {
    return {{"library", p.library},
            {"inventory", name(p.inventory)},
            {"inventory_method", library::name(p.inventory_method)},
            {"max_open_seconds", p.max_open.count()},
            {"unlock_timeout_seconds", p.unlock_timeout.count()},
            {"quiet_seconds", p.quiet.count()},
            {"settle_seconds", p.settle_budget.count()},
            {"absence_seconds", p.absence_budget.count()},
            {"kind", library::name(p.kind)},
            {"lock_policy", library::name(p.lock_policy)},
            {"lockable", p.lockable ? json(*p.lockable) : json()},
            {"lock_holds_door", p.lock_holds_door},
            {"reports_door", p.reports_door},
            {"empties_drives", p.empties_drives},
            {"rescans", p.rescans},
            {"barcode_reader", p.barcode_reader},
            {"how_to_open", p.how_to_open},
            {"foreign", p.foreign},
            {"family", scsi::name(p.family)}};
}

Parameters read_parameters(const Fields& in) {
    Parameters p;
    p.library = in.text("library");
    p.inventory = in.one_of<InventoryAction>("inventory");
    p.inventory_method = in.one_of<library::InventoryMethod>("inventory_method");
    p.max_open = in.seconds("max_open_seconds");
    p.unlock_timeout = in.seconds("unlock_timeout_seconds");
    p.quiet = in.seconds("quiet_seconds");
    p.settle_budget = in.seconds("settle_seconds");
    p.absence_budget = in.seconds("absence_seconds");
    p.kind = in.one_of<library::DoorKind>("kind");
    p.lock_policy = in.one_of<library::LockPolicy>("lock_policy");
    if (in.has("lockable"))
        p.lockable = in.boolean("lockable");
    p.lock_holds_door = in.boolean("lock_holds_door");
    p.reports_door = in.boolean("reports_door");
    p.empties_drives = in.boolean("empties_drives");
    p.rescans = in.boolean("rescans");
    p.barcode_reader = in.boolean("barcode_reader");
    p.how_to_open = in.text("how_to_open");
    p.foreign = in.texts("foreign");
    p.family = in.one_of<scsi::VendorFamily>("family");
    return p;
}

json write(const Snapshot& s) {
    return {{"digest", s.digest}, {"slots", s.slots}, {"full", s.full}};
}

json write(const CabinetPart& p) {
    return {{"leads", p.leads},
            {"others", p.others},
            {"round", p.round},
            {"unasked", p.unasked ? json(name(*p.unasked)) : json()}};
}

CabinetPart read_cabinet(const Fields& in) {
    CabinetPart p;
    p.leads = in.boolean("leads");
    p.others = in.texts("others");
    p.round = in.number<std::uint32_t>("round");
    if (in.has("unasked"))
        p.unasked = in.one_of<RequestType>("unasked");
    return p;
}

json write(const AlertFlags& flags) {
    json set = json::array();
    for (std::size_t flag = 1; flag < flags.size(); ++flag)
        if (flags.test(flag))
            set.push_back(flag);
    return set;
}

json write(const Context& c) {
    const auto or_null = [](const auto& value, const auto& written) {
        return value ? json(written(*value)) : json();
    };
    const auto by_name = [](auto value) { return name(value); };
    return {{"parameters", write(c.parameters)},
            {"door", name(c.door)},
            {"lock", name(c.lock)},
            {"request", or_null(c.request, by_name)},
            {"cancelled", c.cancelled},
            {"called_off", c.called_off},
            {"cabinet", or_null(c.cabinet, [](const CabinetPart& p) { return write(p); })},
            {"foreign_idle", c.foreign_idle},
            {"allowed", c.allowed},
            {"prevented", c.prevented},
            {"rescanned", c.rescanned},
            {"restarts", c.restarts},
            {"resolved", or_null(c.resolved, by_name)},
            {"before", or_null(c.before, [](const Snapshot& s) { return write(s); })},
            {"alerts", or_null(c.alerts, [](const AlertFlags& flags) { return write(flags); })},
            {"discounted", or_null(c.discounted, write_sense)},
            {"evidence", c.evidence},
            {"unsettled", c.unsettled},
            {"absence", or_null(c.absence, [](const Absence& a) {
                 return json{{"timer", write(a.timer)}, {"gone", a.gone}};
             })}};
}

void read_knowledge(const Fields& in, Context& c) {
    if (in.has("before")) {
        const Fields before = in.object("before");
        c.before = Snapshot{before.number<std::uint64_t>("digest"),
                            before.number<std::uint32_t>("slots"),
                            before.number<std::uint32_t>("full")};
    }
    if (in.has("alerts")) {
        c.alerts = AlertFlags{};
        for (const std::size_t flag : in.numbers("alerts", 1, c.alerts->size() - 1))
            c.alerts->set(flag);
    }
    if (in.has("discounted"))
        c.discounted = read_sense(in.object("discounted"));
    if (in.has("absence")) {
        const Fields absence = in.object("absence");
        c.absence = Absence{read_timer(absence.object("timer")), absence.boolean("gone")};
    }
}

Context read_context(const Fields& in) {
    Context c;
    c.parameters = read_parameters(in.object("parameters"));
    c.door = in.one_of<DoorState>("door");
    c.lock = in.one_of<LockState>("lock");
    if (in.has("request"))
        c.request = in.one_of<RequestType>("request");
    c.cancelled = in.boolean("cancelled");
    c.called_off = in.text("called_off");
    if (in.has("cabinet"))
        c.cabinet = read_cabinet(in.object("cabinet"));
    c.foreign_idle = in.boolean("foreign_idle");
    c.allowed = in.boolean("allowed");
    c.prevented = in.boolean("prevented");
    c.rescanned = in.boolean("rescanned");
    c.restarts = in.number<std::uint32_t>("restarts");
    if (in.has("resolved"))
        c.resolved = in.one_of<library::InventoryMethod>("resolved");
    read_knowledge(in, c);
    c.evidence = in.text("evidence");
    c.unsettled = in.number<std::uint32_t>("unsettled");
    return c;
}

} // namespace

json to_json(const State& state) {
    json phase = std::visit(PhaseWriter{}, state.phase);
    phase["name"] = phase_name(state.phase);
    return {{"schema", schema}, {"phase", std::move(phase)}, {"context", write(state.context)}};
}

Result<State> state_from_json(const json& document) {
    Fault fault;
    const Fields in(document, "door machine", fault);
    if (in.text("schema") != schema)
        in.fault("schema", "is not " + std::string(schema));
    const Fields phase = in.object("phase");
    State state;
    state.context = read_context(in.object("context"));
    state.phase = read_phase(phase.text("name"), phase);
    if (fault)
        return *fault;
    return state;
}

} // namespace changer::jobs::door
