// SPDX-License-Identifier: Apache-2.0
#include "jobs/cabinet.hpp"

#include "jobs/cabinet_session.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

// Which libraries take part in which door job; what is decided in one is in cabinet_session.cpp.

namespace changer::jobs::cabinet {

namespace {

bool has_companion(const Views& views, const std::string& first) {
    return std::any_of(views.begin(), views.end(), [&](const auto& entry) {
        const auto& part = entry.second.part;
        return part && !part->leads() && part->first == first;
    });
}

/// The first jobs, in the order in which they get their cabinet: what has begun goes on.
std::vector<const View*> in_order(const Views& views, const std::set<std::string>& chosen) {
    std::vector<const View*> leads;
    for (const auto& [library, view] : views)
        if (view.part && view.part->leads())
            leads.push_back(&view);
    const auto key = [&](const View* view) {
        const Part& part = *view->part;
        const bool begun = chosen.count(part.job) != 0 || has_companion(views, part.job);
        return std::tuple(!begun, part.round == 0, part.queued_at, part.job);
    };
    std::sort(
        leads.begin(), leads.end(), [&](const View* a, const View* b) { return key(a) < key(b); });
    return leads;
}

const Part* part_of(const View& view, const std::string& first) {
    if (view.part && view.part->first == first)
        return &*view.part;
    return view.last && view.last->first == first ? &*view.last : nullptr;
}

/// The libraries that were recorded when the job began, and those that are known by now.
std::set<std::string> libraries_of(const View& lead) {
    std::set<std::string> all(lead.part->members.begin(), lead.part->members.end());
    if (lead.cabinet)
        all.insert(lead.cabinet->members.begin(), lead.cabinet->members.end());
    all.insert(lead.library);
    return all;
}

Session session_of(const Views& views, const View& lead, std::set<std::string>& taken) {
    Session session{lead.part->job};
    for (const auto& library : libraries_of(lead)) {
        if (!taken.insert(library).second)
            continue;
        const auto found = views.find(library);
        const View* view = found == views.end() ? nullptr : &found->second;
        session.members.push_back(
            {library, view, view != nullptr ? part_of(*view, session.first) : nullptr});
    }
    return session;
}

} // namespace

std::vector<Order> Coordinator::step(const Views& views) {
    std::vector<Order> orders;
    std::set<std::string> taken;
    std::set<std::string> firsts;
    for (const View* lead : in_order(views, chosen_)) {
        if (taken.count(lead->library) != 0)
            continue; // another door job of its cabinet takes it in
        firsts.insert(lead->part->job);
        decide(session_of(views, *lead, taken), orders);
    }
    std::map<std::string, Session> orphans;
    for (const auto& [library, view] : views)
        if (view.part && !view.part->leads() && firsts.count(view.part->first) == 0) {
            auto& session = orphans[view.part->first];
            session.first = view.part->first;
            session.members.push_back({library, &view, &*view.part});
        }
    for (const auto& [first, session] : orphans)
        decide(session, orders);
    chosen_ = std::move(firsts);
    return orders;
}

} // namespace changer::jobs::cabinet
