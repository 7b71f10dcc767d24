// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/texts.hpp"

#include <fmt/format.h>

namespace changer::jobs::door {
namespace {

std::string how_to_open(const Context& context) {
    if (!context.parameters.how_to_open.empty())
        return context.parameters.how_to_open;
    return "use its key or its panel";
}

std::string open_door_text(const Context& context) {
    if (context.lock == LockState::unknown)
        return fmt::format("library {} did not confirm that its door is unlocked: open the door "
                           "({}), exchange the cartridges and close it. If it was opened and "
                           "closed and the library did not notice, answer complete; refuse "
                           "cancels the job",
                           context.parameters.library,
                           how_to_open(context));
    return fmt::format("open the door of library {} ({}), which software cannot unlock, exchange "
                       "the cartridges and close it; then answer complete. Refuse cancels the job",
                       context.parameters.library,
                       how_to_open(context));
}

std::string confirm_opened_text(const Context& context) {
    if (!context.parameters.reports_door)
        return fmt::format("library {} does not report its door: open the door{}, exchange the "
                           "cartridges and close it; then answer complete. Refuse cancels the job",
                           context.parameters.library,
                           context.lock == LockState::unlocked ? ""
                                                               : " (" + how_to_open(context) + ")");
    return fmt::format("was the door of library {} opened and closed? It says that media may have "
                       "changed, but its slots hold what they held before. Answer complete if it "
                       "was; refuse if it was not, the job then goes on waiting for the door",
                       context.parameters.library);
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
                           context.parameters.library);
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
