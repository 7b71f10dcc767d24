// SPDX-License-Identifier: Apache-2.0
// The routes that change what is set: a library's settings, and what drives and cartridges are
// called.
#include "api.hpp"
#include "problem.hpp"
#include "request_body.hpp"
#include "views.hpp"

#include <utility>

namespace changer::daemon {

namespace {

/// A PATCH, and the generations of the library that it is meant for.
struct Patch {
    nlohmann::json body;
    LibraryRunner::Expected expected;
};

Result<Patch> patch_in(const HttpRequest& request) {
    auto body = request_body(request);
    if (!body)
        return std::move(body).error();
    auto condition = if_match_in(request);
    if (!condition)
        return std::move(condition).error();
    Patch patch{*std::move(body), std::nullopt};
    if (*condition)
        patch.expected = std::move((*condition)->accepted);
    return patch;
}

/// Answers with what the library shows as soon as the change is durable, or with why it is not.
std::function<void(Outcome<void>)>
answer(LibraryRunner& runner,
       const Reply& reply,
       std::function<HttpResponse(const jobs::LibraryEngine&)> view) {
    return [&runner, reply, view = std::move(view)](const Outcome<void>& outcome) {
        if (!outcome.result)
            return reply(problem(outcome.result.error(), outcome.refusal));
        runner.read([reply, view](const jobs::LibraryEngine& engine) { reply(view(engine)); });
    };
}

} // namespace

void Api::change_settings(Call call) const {
    LibraryRunner* runner = library(call.parameters[0], call);
    if (runner == nullptr)
        return;
    auto patch = patch_in(call.request);
    if (!patch)
        return call.reply(problem(patch.error()));
    runner->change_settings(std::move(patch->body),
                            principal_in(runner->id(), call.request.peer),
                            std::move(patch->expected),
                            answer(*runner, call.reply, [clock = clock_](const auto& engine) {
                                return library_response(engine, clock->now());
                            }));
}

void Api::describe_drive(Call call) const {
    LibraryRunner* runner = library(call.parameters[0], call);
    if (runner == nullptr)
        return;
    auto patch = patch_in(call.request);
    if (!patch)
        return call.reply(problem(patch.error()));
    const std::string& drive = call.parameters[1];
    runner->describe(drive_named(drive),
                     std::move(patch->body),
                     principal_in(runner->id(), call.request.peer),
                     std::move(patch->expected),
                     answer(*runner, call.reply, [runner, drive](const auto& engine) {
                         return drive_response(engine, runner->config(), drive);
                     }));
}

void Api::describe_media(Call call) const {
    LibraryRunner* runner = library(call.parameters[0], call);
    if (runner == nullptr)
        return;
    auto patch = patch_in(call.request);
    if (!patch)
        return call.reply(problem(patch.error()));
    const std::string& name = call.parameters[1];
    runner->describe("media:" + name,
                     std::move(patch->body),
                     principal_in(runner->id(), call.request.peer),
                     std::move(patch->expected),
                     answer(*runner, call.reply, [name](const auto& engine) {
                         return medium_response(engine, name);
                     }));
}

} // namespace changer::daemon
