// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"

#include "json_text.hpp"
#include "log.hpp"
#include "problem.hpp"
#include "router.hpp"

#include <fmt/format.h>

#include <utility>

namespace changer::daemon {

using nlohmann::json;

namespace {

std::string_view library_part(std::string_view id) {
    const std::size_t dash = id.rfind('-');
    return dash == id.npos ? std::string_view{} : id.substr(0, dash);
}

std::string call_of(std::string_view method, const std::vector<std::string>& path) {
    return fmt::format("{} /{}", method, fmt::join(path, "/"));
}

/// Returns what a problem document tells its reader.
std::string detail_of(const HttpResponse& response) {
    const auto body = parse_json(response.body);
    if (!body || !body->is_object() || !body->contains("detail"))
        return std::to_string(response.status);
    return (*body)["detail"].get<std::string>();
}

} // namespace

/// The routes; each is one operation of data/openapi.json.
struct ApiRoutes {
    using Handler = void (Api::*)(Api::Call) const;

    struct Route {
        RoutePattern pattern;
        Handler handler;
    };

    static const std::vector<Route>& all() {
        static const std::vector<Route> list{
            {{"GET", {"v1", "libraries"}}, &Api::list_libraries},
            {{"GET", {"v1", "libraries", "{}"}}, &Api::get_library},
            {{"GET", {"v1", "libraries", "{}", "elements"}}, &Api::list_elements},
            {{"GET", {"v1", "libraries", "{}", "drives"}}, &Api::list_drives},
            {{"GET", {"v1", "libraries", "{}", "drives", "{}"}}, &Api::get_drive},
            {{"GET", {"v1", "libraries", "{}", "media"}}, &Api::list_media},
            {{"GET", {"v1", "libraries", "{}", "media", "{}"}}, &Api::get_media},
            {{"GET", {"v1", "libraries", "{}", "door"}}, &Api::get_door},
            {{"GET", {"v1", "libraries", "{}", "diff"}}, &Api::get_diff},
            {{"GET", {"v1", "libraries", "{}", "verification"}}, &Api::get_verification},
            {{"POST", {"v1", "libraries", "{}", "jobs"}}, &Api::submit_job},
            {{"GET", {"v1", "jobs"}}, &Api::list_jobs},
            {{"GET", {"v1", "jobs", "{}"}}, &Api::get_job},
            {{"DELETE", {"v1", "jobs", "{}"}}, &Api::cancel_job},
            {{"GET", {"v1", "operator-requests"}}, &Api::list_operator_requests},
            {{"GET", {"v1", "operator-requests", "{}"}}, &Api::get_operator_request},
            {{"POST", {"v1", "operator-requests", "{}"}}, &Api::answer_operator_request},
            {{"GET", {"v1", "events"}}, &Api::stream_events},
            {{"GET", {"v1", "health"}}, &Api::get_health},
            {{"GET", {"v1", "openapi.json"}}, &Api::get_openapi},
            {{"PATCH", {"v1", "libraries", "{}"}}, &Api::change_settings},
            {{"PATCH", {"v1", "libraries", "{}", "drives", "{}"}}, &Api::describe_drive},
            {{"PATCH", {"v1", "libraries", "{}", "media", "{}"}}, &Api::describe_media},
            {{"PATCH", {"v1", "jobs", "{}"}}, &Api::order_job},
            {{"POST", {"v1", "operator-requests"}}, &Api::ask_operator},
        };
        return list;
    }

    static const std::vector<RoutePattern>& patterns() {
        static const std::vector<RoutePattern> list = [] {
            std::vector<RoutePattern> patterns;
            for (const Route& route : all())
                patterns.push_back(route.pattern);
            return patterns;
        }();
        return list;
    }
};

Api::Api(const Runners& runners, const Access& access, const Clock& clock)
    : runners_(&runners)
    , access_(&access)
    , clock_(&clock)
    , refusals_(
          std::make_unique<RefusalLog>([](const std::string& line) { log(Level::notice, line); })) {
}

void Api::handle(HttpRequest request, Reply reply) {
    Reply answer = logged(request, std::move(reply));
    dispatch(std::move(request), std::move(answer));
}

Reply Api::logged(const HttpRequest& request, Reply reply) const {
    return [this,
            peer = request.peer,
            method = request.method,
            path = request.path,
            reply = std::move(reply)](HttpResponse response) {
        if (response.status == 403)
            refusals_->refused(
                principal(peer), call_of(method, path), detail_of(response), clock_->now());
        reply(std::move(response));
    };
}

void Api::log_refusal(const HttpRequest& request, const HttpResponse& response) const {
    refusals_->refused(principal(request.peer),
                       call_of(request.method, request.path),
                       detail_of(response),
                       clock_->now());
}

void Api::log_unseen(const Call& call, const std::string& library) const {
    refusals_->refused(principal(call.request.peer),
                       call_of(call.request.method, call.request.path),
                       fmt::format("it sees nothing of library {}", library),
                       clock_->now());
}

void Api::dispatch(HttpRequest request, Reply reply) const {
    const bool ownership = request.method == "GET" &&
                           request.path == std::vector<std::string>{"v1", "libraries"} &&
                           request.parameter("device_serial");
    if (request.peer == Peer{} && request.method == "GET" &&
        request.path == std::vector<std::string>{"v1", "health"})
        return tell_bare_health(reply);
    if (!ownership && !access_->admitted(request.peer))
        return reply(problem({Code::access_denied,
                              fmt::format("{} may not use this daemon", principal(request.peer))}));
    auto match = match_route(ApiRoutes::patterns(), request.method, request.path);
    if (match.route)
        return (this->*ApiRoutes::all()[*match.route].handler)(
            {std::move(request), std::move(match.parameters), std::move(reply)});
    if (match.allowed.empty())
        return reply(problem({Code::not_found, "there is no such path; see /v1/openapi.json"}));
    auto refused = problem(
        {Code::usage, fmt::format("this path has no {}; it has {}", request.method, match.allowed)},
        405);
    refused.headers.emplace_back("Allow", match.allowed);
    reply(std::move(refused));
}

LibraryRunner* Api::library(const std::string& id, const Call& call) const {
    const auto found = runners_->find(id);
    if (found != runners_->end() && access_->rights(call.request.peer, id).use)
        return found->second.get();
    if (found != runners_->end())
        log_unseen(call, id);
    call.reply(problem(no_such("library", id)));
    return nullptr;
}

LibraryRunner* Api::library_of(const std::string& id, const Call& call) const {
    const auto found = runners_->find(library_part(id));
    if (found != runners_->end() && access_->rights(call.request.peer, found->first).use)
        return found->second.get();
    if (found != runners_->end())
        log_unseen(call, found->first);
    call.reply(problem({Code::not_found, fmt::format("there is no {}", id)}));
    return nullptr;
}

void Api::read(LibraryRunner& runner, const Call& call, LibraryRunner::Reader reader) {
    const std::string revalidate = call.request.parameter("revalidate").value_or("false");
    if (revalidate == "true")
        return runner.read_after_look(std::move(reader));
    if (revalidate == "false")
        return runner.read(std::move(reader));
    call.reply(problem({Code::invalid_parameter, "revalidate must be `true` or `false`"}));
}

jobs::Principal Api::principal_in(const std::string& library, const Peer& peer) const {
    const Rights rights = access_->rights(peer, library);
    return {principal(peer), rights.use, rights.modify, rights.control};
}

void Api::gather(const Peer& peer,
                 std::function<json(const LibraryRunner&, const jobs::LibraryEngine&)> view,
                 std::function<void(json)> done) const {
    struct Gathering {
        json parts = json::array();
        std::size_t missing = 0;
        std::function<void(json)> done;
    };

    auto all = std::make_shared<Gathering>();
    std::vector<LibraryRunner*> wanted;
    for (const auto& entry : *runners_)
        if (access_->rights(peer, entry.first).use)
            wanted.push_back(entry.second.get());
    if (wanted.empty())
        return done(json::array());
    all->missing = wanted.size();
    all->done = std::move(done);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        all->parts.push_back(nullptr);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        wanted[i]->read([all, i, view, runner = wanted[i]](const jobs::LibraryEngine& engine) {
            all->parts[i] = view(*runner, engine);
            if (--all->missing == 0)
                all->done(std::move(all->parts));
        });
}

} // namespace changer::daemon
