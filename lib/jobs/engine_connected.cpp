// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"

// Jobs that are wanted only while their client waits for them.

namespace changer::jobs {

std::optional<std::string> LibraryEngine::door_in_use() const {
    return machine_ && door::door_in_use(*machine_) ? active_ : std::nullopt;
}

Effects LibraryEngine::client_gone(const std::string& id, const Now& now) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second.finished() || found->second.cancel_requested)
        return {};
    auto& job = found->second;
    job.client_gone = true;
    log(job, now, "the client that wanted it closed its connection");
    call_off(job, now);
    return flush();
}

/// After a restart no client is there that was there before.
void LibraryEngine::end_orphans(const Now& now) {
    for (auto& [id, job] : jobs_) {
        if (!job.request.while_connected || job.finished() || job.cancel_requested)
            continue;
        job.client_gone = true;
        log(job, now, "the client that wanted it was cut off by the daemon's restart");
        call_off(job, now);
    }
}

/// Nobody knows how long a door stays open: who waits for a move is told at once.
void LibraryEngine::refuse_connected_moves(const Now& now) {
    const auto door = door_in_use();
    if (!door)
        return;
    for (auto& [id, job] : jobs_)
        if (job.state == JobState::queued && job.request.while_connected &&
            is_move(job.request.operation))
            finish(job, JobState::failed, door_taken(library_name(), *door), now);
}

} // namespace changer::jobs
