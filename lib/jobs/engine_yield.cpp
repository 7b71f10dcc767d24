// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"
#include "jobs/move_plan.hpp"
#include "jobs/planned_exchange.hpp"
#include "jobs/queue.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>

#include <algorithm>

// A full inventory takes days and yields to whoever wants the library for minutes: a load gets the
// arm between two moves, and a drive if it needs one; a door gets everything, when every cartridge
// is home.

namespace changer::jobs {

namespace {

using on_media::Stage;
using scsi::ElementAddress;

/// How soon a drive can be given to somebody else; lower is sooner.
int distance_to_free(Stage stage) {
    switch (stage) {
    case Stage::empty:
        return 0;
    case Stage::taking:
        return 1;
    case Stage::returning:
        return 2;
    case Stage::ready:
        return 3;
    case Stage::unloading:
        return 4;
    case Stage::identifying:
        return 5;
    case Stage::loading:
        return 6;
    case Stage::unused:
    case Stage::releasing:
    case Stage::out:
        break;
    }
    return 7;
}

} // namespace

/// The drives that the inventory works with now.
std::set<ElementAddress> LibraryEngine::held_drives() const {
    std::set<ElementAddress> held;
    if (examination_)
        for (const auto& [address, bay] : examination_->session.bays())
            if (bay.stage != Stage::unused && bay.stage != Stage::out)
                held.insert(address);
    return held;
}

ElementAddress LibraryEngine::soonest_drive(const std::set<ElementAddress>& held) const {
    const auto& bays = examination_->session.bays();
    return *std::min_element(held.begin(), held.end(), [&](ElementAddress a, ElementAddress b) {
        const auto key = [&](ElementAddress at) {
            return std::pair(!wanted_drives_.contains(at), distance_to_free(bays.at(at).stage));
        };
        return key(a) < key(b);
    });
}

/// The drive in which the cartridge is that a job wants from its slot; none: it is in the slot.
std::optional<ElementAddress> LibraryEngine::drive_instead_of(const JobRequest& request) const {
    if (!request.source || request.operation == Operation::unload)
        return std::nullopt;
    const auto place = library::find_place(model_, *request.source, scsi::ElementType::storage);
    for (const auto& [drive, bay] : examination_->session.bays())
        if (place && bay.visit && bay.stage != Stage::out && bay.visit->home == place->address)
            return drive;
    return std::nullopt;
}

/// The drives of the inventory that a job cannot do without; none: it can begin.
std::set<ElementAddress> LibraryEngine::needed_drives(const Job& job) const {
    const auto held = held_drives();
    if (const auto away = drive_instead_of(job.request))
        return {*away};
    std::set<ElementAddress> places;
    if (job.request.operation == Operation::exchange) {
        if (const auto order = plan_exchange(model_, job.request))
            places = {order->first, order->second, order->third};
    } else if (is_move(job.request.operation) && job.request.operation != Operation::position) {
        const auto plan = plan_move(model_, job.request, out_of_use_, held);
        if (plan)
            places = {plan->source, plan->destination};
        else if (plan.error().code == Code::destination_full && !job.request.destination &&
                 job.request.operation == Operation::load && !held.empty())
            places = {soonest_drive(held)};
    }
    std::erase_if(places, [&](ElementAddress place) { return !held.contains(place); });
    return places;
}

/// The job that goes before the inventory; none while nobody wants anything.
const Job* LibraryEngine::first_before_examination(const Now& now) const {
    if (ending_ || !settings_.enabled.value)
        return nullptr;
    std::vector<const Job*> queued;
    for (const auto& [id, job] : jobs_)
        if (job.state == JobState::queued &&
            queue_class(job) < queue_class(jobs_.at(examination_->job)))
            queued.push_back(&job);
    return next_job(queued, now.wall);
}

/// Decides who has the arm next: the inventory, or a job that it yields to.
void LibraryEngine::share_arm(const Now& now) {
    auto& examination = *examination_;
    if (machine_ || in_flight_ || (active_ && active_ != examination.job))
        return;
    if (unsolicited_) { // a move under way is judged when the elements are read again
        active_ = examination.job;
        if (examination.steps.empty())
            leave(now);
        return;
    }
    if (examination.carry || examination.unsettled)
        return;
    active_ = examination.job;
    const auto* next = online_ ? first_before_examination(now) : nullptr;
    examination.leaving = next != nullptr && next->request.operation == Operation::door;
    wanted_drives_.clear();
    if (next == nullptr || examination.leaving)
        return examine(now);
    if (next->request.operation == Operation::load)
        examination.lent_at = now.steady;
    wanted_drives_ = needed_drives(*next);
    if (!wanted_drives_.empty())
        return examine(now);
    start(touch(next->id), now);
    if (active_ && jobs_.at(*active_).planned_move)
        wanted_drives_ = {jobs_.at(*active_).planned_move->source,
                          jobs_.at(*active_).planned_move->destination};
    else if (active_ && jobs_.at(*active_).planned_exchange) {
        const auto& order = jobs_.at(*active_).planned_exchange->order;
        wanted_drives_ = {order.first, order.second, order.third};
    }
}

/// The inventory gives the library away; it is queued, and goes on with what it has not seen yet.
void LibraryEngine::leave(const Now& now) {
    auto& job = jobs_.at(examination_->job);
    note_bays(job);
    log(job, now, "the door comes first: the inventory goes on afterwards");
    job.state = JobState::queued;
    job.phase.reset();
    allow_due_ = allow_due_ || examination_->prevented;
    examination_.reset();
    wanted_drives_.clear();
    active_.reset();
}

} // namespace changer::jobs
