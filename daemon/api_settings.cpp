// SPDX-License-Identifier: Apache-2.0
// The route that changes settings.
#include "api.hpp"
#include "problem.hpp"
#include "request_body.hpp"
#include "views.hpp"

#include <utility>

namespace changer::daemon {

namespace {

constexpr int precondition_failed = 412; // RFC 9110 15.5.13

} // namespace

void Api::change_settings(Call call) const {
    LibraryRunner* runner = library(call.parameters[0], call);
    if (runner == nullptr)
        return;
    auto body = request_body(call.request);
    if (!body)
        return call.reply(problem(body.error()));
    auto condition = if_match_in(call.request);
    if (!condition)
        return call.reply(problem(condition.error()));
    std::optional<std::vector<std::uint64_t>> expected;
    if (*condition)
        expected = std::move((*condition)->accepted);
    runner->change_settings(
        *std::move(body),
        principal_in(runner->id(), call.request.peer),
        std::move(expected),
        [runner, clock = clock_, reply = call.reply](const Result<void>& done) {
            if (!done) {
                const bool moved_on = done.error().code == Code::busy;
                return reply(problem(done.error(),
                                     moved_on ? std::optional(precondition_failed) : std::nullopt));
            }
            runner->read([reply, clock](const jobs::LibraryEngine& engine) {
                reply(library_response(engine, clock->now()));
            });
        });
}

} // namespace changer::daemon
