// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/cabinet.hpp"

#include <string>
#include <vector>

namespace changer::jobs::cabinet {

/// One library in a cabinet's door job.
struct Member {
    std::string library;
    const View* view = nullptr; ///< null: this daemon does not serve it any more
    const Part* part = nullptr; ///< null: it has not joined yet
};

/// One door job of a cabinet, whole.
struct Session {
    std::string first = {}; ///< id of the first job
    std::vector<Member> members = {};
};

/// Adds what is to be told to the members of one door job.
void decide(const Session& session, std::vector<Order>& orders);

/// Sums up how a door job ended: failed if one part failed, naming each that did; else cancelled if
/// one was cancelled.
door::Outcome total_of(const Session& session);

/// Writes what became of each part: the `members` of the first job's result.
nlohmann::json results_of(const Session& session);

} // namespace changer::jobs::cabinet
