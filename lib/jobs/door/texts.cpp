// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace changer::jobs::door {
namespace {

std::string how_to_open(const Context& context) {
    if (!context.parameters.how_to_open.empty())
        return context.parameters.how_to_open;
    return "use its key or its panel";
}

std::string listed(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

/// Names the library whose door it is, and those that it is the door of as well.
std::string library_of(const Context& context) {
    if (!context.cabinet || context.cabinet->others.empty())
        return context.parameters.library;
    return fmt::format(
        "{} (shared with {})", context.parameters.library, listed(context.cabinet->others));
}

std::string open_door_text(const Context& context) {
    if (context.lock == LockState::unknown)
        return fmt::format("library {} did not confirm that its door is unlocked: open the door "
                           "({}), exchange the cartridges and close it. If it was opened and "
                           "closed and the library did not notice, answer complete; refuse "
                           "cancels the job",
                           library_of(context),
                           how_to_open(context));
    return fmt::format("open the door of library {} ({}), which software cannot unlock, exchange "
                       "the cartridges and close it; then answer complete. Refuse cancels the job",
                       library_of(context),
                       how_to_open(context));
}

std::string confirm_idle_text(const Context& context) {
    return fmt::format("behind the door of library {} are partitions that this daemon does not "
                       "control: {}. Bring them to rest where they are controlled, so that no arm "
                       "moves when the door is opened, and let them take an inventory afterwards. "
                       "Answer complete when they are at rest: only then is the door unlocked. "
                       "Refuse cancels the job",
                       library_of(context),
                       listed(context.parameters.foreign));
}

std::string confirm_opened_text(const Context& context) {
    if (!context.parameters.reports_door)
        return fmt::format("library {} does not report its door: open the door{}, exchange the "
                           "cartridges and close it; then answer complete. Refuse cancels the job",
                           library_of(context),
                           context.lock == LockState::unlocked ? ""
                                                               : " (" + how_to_open(context) + ")");
    return fmt::format("was the door of library {} opened and closed? It says that media may have "
                       "changed, but its slots hold what they held before. Answer complete if it "
                       "was; refuse if it was not, the job then goes on waiting for the door",
                       library_of(context));
}

} // namespace

std::string request_text(RequestType type, const Context& context) {
    switch (type) {
    case RequestType::open_door:
        return open_door_text(context);
    case RequestType::confirm_opened:
        return confirm_opened_text(context);
    case RequestType::close_door:
        return fmt::format("close the door of library {}; all magazines must be in. Answer "
                           "complete if it is closed and the library does not notice",
                           library_of(context));
    case RequestType::confirm_idle:
        return confirm_idle_text(context);
    case RequestType::service:
        return fmt::format("library {} does not become ready since its door was closed: look at "
                           "its panel and repair what it reports; the job goes on by itself. "
                           "Complete waits once more as long; refuse gives the job up",
                           context.parameters.library);
    }
    return {};
}

std::string lock_unknown_text(const Context& context) {
    return fmt::format("nobody knows whether the door of library {} is locked: look at it, and "
                       "answer complete when it is closed and as it should be",
                       context.parameters.library);
}

} // namespace changer::jobs::door
