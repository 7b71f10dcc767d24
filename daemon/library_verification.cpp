// SPDX-License-Identifier: Apache-2.0
// The map compared with what the robot shows, without a change to either.
#include "library_runner.hpp"

#include <fmt/format.h>

#include <utility>

namespace changer::daemon {

void LibraryRunner::verify(Verified reply) {
    if (store_state_ == StoreState::failed)
        return reply(Error{Code::database_failure, store_error_}); // nothing is stepped any more
    if (!engine_.settings().enabled.value)
        return reply(Error{Code::resource_disabled, id() + " is disabled: it is sent nothing"});
    const auto waiting = std::make_shared<Verified>(std::move(reply));
    verify_wanted_.push_back(waiting);
    services_.loop.after(services_.look_patience, [this, alive = alive_, waiting] {
        if (*alive && *waiting)
            std::exchange(*waiting, nullptr)(
                Error{Code::busy,
                      fmt::format("{} did not tell its elements within {} s: a command is under "
                                  "way; try again when it is over",
                                  id(),
                                  services_.look_patience.count() / 1000)});
    });
    if (verifying_.empty())
        read_to_verify();
}

/// Has the elements read for everybody who waits; the engine does not learn of what they hold.
void LibraryRunner::read_to_verify() {
    verifying_ = std::exchange(verify_wanted_, {});
    device_->execute(
        jobs::ReadElements{},
        [this, loop = &services_.loop, alive = alive_](jobs::DeviceAnswer answer) {
            loop->post([this, alive, answer = std::move(answer)] {
                if (!*alive)
                    return;
                // Stepped, so that answers that came before are in the map already.
                enqueue({.step = [this, answer](jobs::Effects& effects, const Now& now) -> After {
                    const auto outcome = compare(answer, effects, now);
                    return [this, outcome](const Result<void>&) { end_verification(outcome); };
                }});
            });
        });
}

Result<Verification>
LibraryRunner::compare(const jobs::DeviceAnswer& answer, jobs::Effects& effects, const Now& now) {
    if (!answer.unit_attentions.empty()) // what happened counts, whoever met it; no step is 0
        append(effects,
               engine_.device_answer("", 0, {jobs::Rescanned{}, answer.unit_attentions}, now));
    if (const auto* read = std::get_if<jobs::Elements>(&answer.answer))
        return Verification{now.wall,
                            read->elements.size(),
                            library::disagreements(engine_.model(), read->elements)};
    const auto* failed = std::get_if<jobs::DeviceFailed>(&answer.answer);
    const Error why =
        failed != nullptr ? failed->error : Error{Code::failed, "the elements were not read"};
    if (engine_.reach(now) == jobs::Reach::offline)
        return Error{Code::library_offline, why.what, why.sense};
    return Error(why).in("read the elements");
}

void LibraryRunner::end_verification(const Result<Verification>& outcome) {
    for (const auto& waiting : std::exchange(verifying_, {}))
        if (*waiting)
            std::exchange(*waiting, nullptr)(outcome);
    std::erase_if(verify_wanted_, [](const auto& waiting) { return !*waiting; });
    if (!verify_wanted_.empty())
        read_to_verify();
}

} // namespace changer::daemon
