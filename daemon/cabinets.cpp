// SPDX-License-Identifier: Apache-2.0
#include "cabinets.hpp"

#include "device/physical_serial.hpp"
#include "discovered.hpp"
#include "log.hpp"
#include "transport/discovery.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace changer::daemon {
namespace {

using jobs::cabinet::Membership;
using Physical = std::pair<std::string, std::string>; ///< vendor and serial number

std::optional<Physical> physical_of(const Identity& identity) {
    auto serial = physical_serial(identity);
    if (serial.empty())
        return std::nullopt;
    return Physical(identity.vendor, std::move(serial));
}

/// A cabinet in the making, by what its members have in common.
struct Group {
    Membership membership;
    std::set<Physical> libraries;
};

std::string key_of_configured(const std::string& cabinet) {
    return "configured " + cabinet;
}

/// The configured cabinet of the one that the other partitions belong to; none, or several: none.
std::optional<std::string> configured_of(const std::vector<DoorFacts>& libraries,
                                         const Physical& physical) {
    std::set<std::string> found;
    for (const DoorFacts& other : libraries)
        if (other.cabinet && physical_of(other.identity) == physical)
            found.insert(*other.cabinet);
    return found.size() == 1 ? std::optional(*found.begin()) : std::nullopt;
}

/// Returns the key and the id of the cabinet that a library belongs to.
std::pair<std::string, std::string> cabinet_of(const std::vector<DoorFacts>& libraries,
                                               const DoorFacts& library) {
    if (library.cabinet)
        return {key_of_configured(*library.cabinet), *library.cabinet};
    const auto physical = physical_of(library.identity);
    if (!physical)
        return {"alone " + library.library, library.library};
    if (const auto configured = configured_of(libraries, *physical))
        return {key_of_configured(*configured), *configured};
    return {fmt::format("physical {} {}", physical->first, physical->second),
            discovered_id(physical->first, physical->second)};
}

bool is_served(const std::vector<DoorFacts>& libraries, const Identity& changer) {
    return std::any_of(libraries.begin(), libraries.end(), [&](const DoorFacts& library) {
        return library.identity.vendor == changer.vendor &&
               library.identity.serial == changer.serial;
    });
}

void add_foreign(Group& group,
                 const std::vector<DoorFacts>& libraries,
                 const std::vector<Identity>& unserved) {
    auto& names = group.membership.foreign;
    for (const Identity& changer : unserved) {
        const auto physical = physical_of(changer);
        if (physical && group.libraries.count(*physical) != 0 && !is_served(libraries, changer))
            names.push_back(
                fmt::format("{} {} {}", changer.vendor, changer.product, changer.serial));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

DoorFacts facts_of(const jobs::LibraryEngine& engine, const LibraryConfig& config) {
    DoorFacts facts{config.id, config.cabinet, config.foreign_partitions};
    if (const auto& info = engine.device_info()) {
        facts.identity.vendor = info->vendor;
        facts.identity.product = info->product;
        facts.identity.serial = info->serial.value_or("");
    }
    return facts;
}

} // namespace

std::map<std::string, std::optional<Membership>>
find_cabinets(const std::vector<DoorFacts>& libraries, const std::vector<Identity>& unserved) {
    std::map<std::string, Group> groups;
    std::map<std::string, std::string> key_of;
    for (const DoorFacts& library : libraries) {
        auto [key, id] = cabinet_of(libraries, library);
        Group& group = groups[key];
        group.membership.id = std::move(id);
        group.membership.members.push_back(library.library);
        auto& foreign = group.membership.foreign;
        foreign.insert(foreign.end(), library.foreign.begin(), library.foreign.end());
        if (auto physical = physical_of(library.identity))
            group.libraries.insert(std::move(*physical));
        key_of.emplace(library.library, std::move(key));
    }
    for (auto& entry : groups) {
        add_foreign(entry.second, libraries, unserved);
        auto& members = entry.second.membership.members;
        std::sort(members.begin(), members.end());
    }
    std::map<std::string, std::optional<Membership>> all;
    for (const auto& [library, key] : key_of) {
        const Membership& membership = groups.at(key).membership;
        const bool alone = membership.members.size() == 1 && membership.foreign.empty();
        all.emplace(library, alone ? std::nullopt : std::optional(membership));
    }
    return all;
}

std::vector<Identity> changers_of_this_machine() {
    std::vector<Identity> changers;
    const auto devices = discover_devices();
    if (!devices)
        return changers; // no such devices on this machine
    for (const DiscoveredDevice& device : *devices) {
        if (device.type != scsi::DeviceType::changer || !device.serial)
            continue;
        Identity identity;
        identity.type = device.type;
        identity.vendor = device.vendor;
        identity.product = device.product;
        identity.serial = *device.serial;
        changers.push_back(std::move(identity));
    }
    return changers;
}

Cabinets::Cabinets(Loop& loop, const Runners& runners, std::vector<Identity> unserved)
    : loop_(&loop)
    , runners_(&runners)
    , unserved_(std::move(unserved)) {}

void Cabinets::start() {
    for (const auto& entry : *runners_)
        entry.second->read([this](const jobs::LibraryEngine& engine) {
            take_facts(engine);
            if (engine.cabinet_view().part) // seen when what the restart made of it is durable
                watched_.insert(engine.id());
        });
    regroup();
    step_every_second();
}

void Cabinets::take_facts(const jobs::LibraryEngine& engine) {
    const auto runner = runners_->find(engine.id());
    if (runner == runners_->end())
        return;
    DoorFacts facts = facts_of(engine, runner->second->config());
    const auto known = facts_.find(engine.id());
    if (known != facts_.end() && known->second.identity == facts.identity)
        return;
    facts_.insert_or_assign(engine.id(), std::move(facts));
    regroup_due_ = true;
    step_soon();
}

void Cabinets::on_durable(const jobs::LibraryEngine& engine) {
    take_facts(engine);
    if (watched_.count(engine.id()) == 0)
        return;
    auto view = engine.cabinet_view();
    auto& last = views_[engine.id()];
    if (last == view)
        return;
    last = std::move(view);
    step_soon();
}

void Cabinets::regroup() {
    if (!std::exchange(regroup_due_, false))
        return;
    std::vector<DoorFacts> all;
    for (const auto& entry : facts_)
        all.push_back(entry.second);
    for (auto& [library, membership] : find_cabinets(all, unserved_))
        if (const auto runner = runners_->find(library); runner != runners_->end())
            tell(*runner->second, std::move(membership));
}

void Cabinets::tell(LibraryRunner& runner, std::optional<Membership> membership) {
    auto& told = told_[runner.id()];
    if (told == membership)
        return;
    told = membership;
    if (membership) {
        watched_.insert(runner.id());
        log(Level::notice,
            fmt::format("{}: its door is that of cabinet {}: {}{}{}",
                        runner.id(),
                        membership->id,
                        fmt::join(membership->members, ", "),
                        membership->foreign.empty() ? "" : "; controlled elsewhere: ",
                        fmt::join(membership->foreign, ", ")));
    }
    runner.join_cabinet(std::move(membership));
}

/// Once for all that becomes durable in one turn of the loop; never from within a library's own.
void Cabinets::step_soon() {
    if (std::exchange(step_waits_, true))
        return;
    loop_->post([this] {
        step_waits_ = false;
        regroup();
        step();
    });
}

/// A library that has not been heard of yet is not one that is gone.
bool Cabinets::all_heard_of() const {
    return std::all_of(watched_.begin(), watched_.end(), [this](const std::string& library) {
        return views_.count(library) != 0;
    });
}

void Cabinets::step() {
    if (!all_heard_of())
        return;
    for (jobs::cabinet::Order& order : coordinator_.step(views_)) {
        const auto runner = runners_->find(order.library);
        if (runner == runners_->end())
            continue;
        watched_.insert(order.library);
        runner->second->order(std::move(order));
    }
}

/// An order that changed nothing is given again.
void Cabinets::step_every_second() {
    loop_->after(std::chrono::seconds{1}, [this] {
        step();
        step_every_second();
    });
}

} // namespace changer::daemon
