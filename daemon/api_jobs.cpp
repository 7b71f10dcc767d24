// SPDX-License-Identifier: Apache-2.0
// The routes about jobs and operator requests.
#include "api.hpp"
#include "jobs/job_views.hpp"
#include "json_text.hpp"
#include "problem.hpp"
#include "request_body.hpp"
#include "views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::daemon {

using nlohmann::json;

namespace {

constexpr int status_ok = 200; // RFC 9110 15.3
constexpr int status_created = 201;
constexpr int status_accepted = 202;

/// Answers with a job as readers see it now.
void tell_job(LibraryRunner& runner,
              const std::string& id,
              const Clock& clock,
              int status,
              const Reply& reply) {
    runner.read([reply, &clock, id, status](const jobs::LibraryEngine& engine) {
        const jobs::Job* job = engine.job(id);
        if (job == nullptr)
            return reply(problem(no_such("job", id)));
        reply(job_response(engine, *job, clock.now(), status));
    });
}

/// Answers with an operator request as readers see it now, and where it is if it is new.
void tell_request(LibraryRunner& runner, const std::string& id, int status, const Reply& reply) {
    runner.read([reply, id, status](const jobs::LibraryEngine& engine) {
        const jobs::OperatorRequest* request = engine.request(id);
        if (request == nullptr)
            return reply(problem(no_such("operator request", id)));
        HttpResponse response{.status = status,
                              .body = to_text(with_schema("changer.operator_request/1",
                                                          request_view(engine, *request)))};
        if (status == status_created)
            response.headers.emplace_back("Location", "/v1/operator-requests/" + id);
        reply(std::move(response));
    });
}

/// A key becomes part of a document's name: visible characters only.
bool is_idempotency_key(const std::string& key) {
    return !key.empty() && key.size() <= 255 &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Puts what `parts` has, one array for each library, into one list.
json flatten(json parts) {
    json list = json::array();
    for (json& part : parts)
        for (json& item : part)
            list.push_back(std::move(item));
    return list;
}

} // namespace

void Api::submit_job(Call call) const {
    LibraryRunner* runner = library(call.parameters[0], call);
    if (runner == nullptr)
        return;
    const auto& key = call.request.idempotency_key;
    if (key && !is_idempotency_key(*key))
        return call.reply(problem(
            {Code::invalid_parameter, "an Idempotency-Key is 1 to 255 visible ASCII characters"}));
    const auto body = request_body(call.request);
    if (!body)
        return call.reply(problem(body.error()));
    auto request = jobs::parse_job_request(*body);
    if (!request)
        return call.reply(problem(request.error()));
    std::shared_ptr<ClientConnection> tie;
    if (request->while_connected) {
        if (!call.request.keep_alive)
            return call.reply(problem({Code::invalid_parameter,
                                       "a job with 'while_connected' ends with its connection, and "
                                       "this request closes it: leave out 'Connection: close'"}));
        tie = call.request.connection;
    }
    const auto reply =
        [runner, tie, clock = clock_, reply = call.reply](const Outcome<std::string>& submitted) {
            const auto& id = submitted.result;
            if (!id)
                return reply(problem(id.error(), submitted.refusal));
            if (tie)
                runner->tie(*id, tie);
            tell_job(*runner, *id, *clock, status_accepted, reply);
        };
    const auto principal = principal_in(runner->id(), call.request.peer);
    if (request->operation != jobs::Operation::door)
        return runner->submit(std::move(*request), principal, {}, key, reply);
    cabinet_of(*runner,
               call.request.peer,
               [runner, request = std::move(*request), principal, key, reply](
                   std::vector<jobs::CabinetMember> members) {
                   runner->submit(request, principal, std::move(members), key, reply);
               });
}

void Api::cabinet_of(LibraryRunner& runner,
                     const Peer& peer,
                     std::function<void(std::vector<jobs::CabinetMember>)> done) const {
    struct Gathering {
        std::vector<jobs::CabinetMember> members;
        std::size_t missing = 0;
        std::function<void(std::vector<jobs::CabinetMember>)> done;
    };

    runner.read([this, peer, done = std::move(done)](const jobs::LibraryEngine& engine) {
        auto all = std::make_shared<Gathering>();
        if (const auto& cabinet = engine.cabinet())
            for (const std::string& library : cabinet->members)
                if (library != engine.id() && runners_->count(library) != 0)
                    all->members.push_back({library, true, access_->rights(peer, library).control});
        if (all->members.empty())
            return done({});
        const std::size_t count = all->missing = all->members.size();
        all->done = done;
        for (std::size_t i = 0; i < count; ++i) {
            const auto member = runners_->find(all->members[i].library);
            member->second->read([all, i](const jobs::LibraryEngine& of) {
                all->members[i].enabled = of.settings().enabled.value;
                if (--all->missing == 0)
                    all->done(std::move(all->members));
            });
        }
    });
}

void Api::list_jobs(Call call) const {
    const auto wanted_library = call.request.parameter("library");
    const auto state = call.request.parameter("state");
    if (state && *state != "active" && *state != "finished")
        return call.reply(
            problem({Code::invalid_parameter, "state must be `active` or `finished`"}));
    gather(
        call.request.peer,
        [wanted_library, state, clock = clock_](const LibraryRunner&,
                                                const jobs::LibraryEngine& engine) {
            json list = json::array();
            if (wanted_library && *wanted_library != engine.id())
                return list;
            const jobs::JobViews views(engine, clock->now());
            for (const auto& entry : engine.jobs())
                if (!state || entry.second.finished() == (*state == "finished"))
                    list.push_back(views.view(entry.second));
            return list;
        },
        [reply = call.reply](json parts) {
            reply({.body = to_text(
                       {{"schema", "changer.jobs/1"}, {"jobs", flatten(std::move(parts))}})});
        });
}

void Api::get_job(Call call) const {
    const std::string id = call.parameters[0];
    if (LibraryRunner* runner = library_of(id, call))
        tell_job(*runner, id, *clock_, status_ok, call.reply);
}

void Api::cancel_job(Call call) const {
    const std::string id = call.parameters[0];
    LibraryRunner* runner = library_of(id, call);
    if (runner == nullptr)
        return;
    runner->cancel(id,
                   principal_in(runner->id(), call.request.peer),
                   [runner, id, clock = clock_, reply = call.reply](
                       const Result<jobs::Cancellation>& outcome) {
                       if (!outcome)
                           return reply(problem(outcome.error()));
                       const bool requested = *outcome == jobs::Cancellation::requested;
                       tell_job(
                           *runner, id, *clock, requested ? status_accepted : status_ok, reply);
                   });
}

void Api::order_job(Call call) const {
    const std::string id = call.parameters[0];
    LibraryRunner* runner = library_of(id, call);
    if (runner == nullptr)
        return;
    const auto body = request_body(call.request);
    if (!body)
        return call.reply(problem(body.error()));
    const auto position = order_in(*body);
    if (!position)
        return call.reply(problem(position.error()));
    runner->set_order(
        id,
        *position,
        principal_in(runner->id(), call.request.peer),
        [runner, id, clock = clock_, reply = call.reply](const Result<void>& ordered) {
            if (!ordered)
                return reply(problem(ordered.error()));
            tell_job(*runner, id, *clock, status_ok, reply);
        });
}

void Api::list_operator_requests(Call call) const {
    gather(
        call.request.peer,
        [](const LibraryRunner&, const jobs::LibraryEngine& engine) {
            json list = json::array();
            for (const auto& entry : engine.requests())
                list.push_back(request_view(engine, entry.second));
            return list;
        },
        [reply = call.reply](json parts) {
            reply({.body = to_text({{"schema", "changer.operator_requests/1"},
                                    {"operator_requests", flatten(std::move(parts))}})});
        });
}

void Api::ask_operator(Call call) const {
    const auto body = request_body(call.request);
    if (!body)
        return call.reply(problem(body.error()));
    auto message = message_in(*body);
    if (!message)
        return call.reply(problem(message.error()));
    LibraryRunner* runner = library(message->library, call);
    if (runner == nullptr)
        return;
    runner->ask(std::move(message->text),
                principal_in(runner->id(), call.request.peer),
                [runner, reply = call.reply](const Result<std::string>& id) {
                    if (!id)
                        return reply(problem(id.error()));
                    tell_request(*runner, *id, status_created, reply);
                });
}

void Api::get_operator_request(Call call) const {
    const std::string id = call.parameters[0];
    if (LibraryRunner* runner = library_of(id, call))
        tell_request(*runner, id, status_ok, call.reply);
}

void Api::answer_operator_request(Call call) const {
    const std::string id = call.parameters[0];
    LibraryRunner* runner = library_of(id, call);
    if (runner == nullptr)
        return;
    const auto body = request_body(call.request);
    if (!body)
        return call.reply(problem(body.error()));
    const auto answer = answer_in(*body);
    if (!answer)
        return call.reply(problem(answer.error()));
    runner->answer(id,
                   *answer,
                   principal_in(runner->id(), call.request.peer),
                   [runner, id, reply = call.reply](const Result<void>& outcome) {
                       if (!outcome)
                           return reply(problem(outcome.error()));
                       tell_request(*runner, id, status_ok, reply);
                   });
}

} // namespace changer::daemon
