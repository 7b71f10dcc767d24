// SPDX-License-Identifier: Apache-2.0
#include "state_axes.hpp"

#include <algorithm>

namespace changer::daemon {
namespace {

bool is_drive(const library::Element& element) {
    return element.type == scsi::ElementType::data_transfer;
}

bool holds_cleaner(const jobs::LibraryEngine& library, const library::Element& element) {
    const auto* medium = element.media ? library.model().media(*element.media) : nullptr;
    return medium != nullptr && medium->cleaner;
}

} // namespace

std::string_view operational_state(const jobs::LibraryEngine& library, const Now& now) {
    switch (library.reach(now)) {
    case jobs::Reach::starting:
        return "initializing";
    case jobs::Reach::grace:
    case jobs::Reach::offline:
        return "not_present";
    case jobs::Reach::online:
        break;
    }
    const auto& requests = library.requests();
    const bool broken = std::any_of(requests.begin(), requests.end(), [](const auto& entry) {
        const auto& request = entry.second;
        return request.state == jobs::RequestState::pending &&
               (request.type == "service" || request.type == "clear_arm");
    });
    return broken ? "needs_service" : "ready";
}

std::string_view operational_state(const library::Element& element) {
    if (element.not_present)
        return "not_present";
    return element.exception ? "needs_service" : "ready";
}

std::string_view element_state(const jobs::LibraryEngine& library,
                               const library::Element& element) {
    if (element.not_present)
        return "not_present";
    const auto kind = library.model().provenance(element).kind;
    if (kind == library::Knowledge::stale)
        return "needs_inventory";
    if (!element.full)
        return "unknown";
    if (!is_drive(element))
        return *element.full ? "full" : "empty";
    if (!*element.full)
        return "dismounted";
    return holds_cleaner(library, element) ? "being_cleaned" : "mounted";
}

std::string_view use_of(const jobs::LibraryEngine& library, const library::Media& medium) {
    const auto& active = library.active_job();
    const auto* job = active ? library.job(*active) : nullptr;
    if (job != nullptr && medium.location) {
        const auto& at = medium.location;
        const bool moves = job->planned_move && (job->planned_move->source == at ||
                                                 job->planned_move->destination == at);
        const bool exchanged = job->planned_exchange && (job->planned_exchange->order.first == at ||
                                                         job->planned_exchange->order.second == at);
        if (moves || exchanged)
            return "in_use";
    }
    const auto* element = medium.location ? library.model().element(*medium.location) : nullptr;
    return element != nullptr && is_drive(*element) ? "mounted" : "idle";
}

} // namespace changer::daemon
