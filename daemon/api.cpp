// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"

#include "build_info.hpp"
#include "event_ring.hpp"
#include "json_text.hpp"
#include "library/views.hpp"
#include "log.hpp"
#include "openapi.hpp"
#include "problem.hpp"
#include "router.hpp"
#include "views.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace changer::daemon {

using nlohmann::json;

namespace {

HttpResponse ok(const json& document) {
    return {.body = to_text(document)};
}

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

json health_document(bool healthy, json libraries) {
    return {{"schema", "changer.health/1"},
            {"status", healthy ? "ok" : "degraded"},
            {"version", version},
            {"libraries", std::move(libraries)}};
}

Error no_such(std::string_view what, std::string_view id) {
    return {Code::not_found, fmt::format("there is no {} {}", what, id)};
}

} // namespace

/// The routes; each is one operation of data/openapi.json.
struct ApiRoutes {
    using Handler = void (Api::*)(Api::Call) const;

    static const std::vector<RoutePattern>& patterns() {
        static const std::vector<RoutePattern> list{
            {"GET", {"v1", "libraries"}},
            {"GET", {"v1", "libraries", "{}"}},
            {"GET", {"v1", "libraries", "{}", "elements"}},
            {"GET", {"v1", "libraries", "{}", "drives"}},
            {"GET", {"v1", "libraries", "{}", "media"}},
            {"GET", {"v1", "libraries", "{}", "media", "{}"}},
            {"GET", {"v1", "libraries", "{}", "door"}},
            {"GET", {"v1", "libraries", "{}", "diff"}},
            {"GET", {"v1", "libraries", "{}", "verification"}},
            {"POST", {"v1", "libraries", "{}", "jobs"}},
            {"GET", {"v1", "jobs"}},
            {"GET", {"v1", "jobs", "{}"}},
            {"DELETE", {"v1", "jobs", "{}"}},
            {"GET", {"v1", "operator-requests"}},
            {"GET", {"v1", "operator-requests", "{}"}},
            {"POST", {"v1", "operator-requests", "{}"}},
            {"GET", {"v1", "events"}},
            {"GET", {"v1", "health"}},
            {"GET", {"v1", "openapi.json"}},
            {"PATCH", {"v1", "libraries", "{}"}},
            {"PATCH", {"v1", "jobs", "{}"}},
            {"POST", {"v1", "operator-requests"}},
        };
        return list;
    }

    static constexpr std::array<Handler, 22> handlers{
        &Api::list_libraries,
        &Api::get_library,
        &Api::list_elements,
        &Api::list_drives,
        &Api::list_media,
        &Api::get_media,
        &Api::get_door,
        &Api::get_diff,
        &Api::get_verification,
        &Api::submit_job,
        &Api::list_jobs,
        &Api::get_job,
        &Api::cancel_job,
        &Api::list_operator_requests,
        &Api::get_operator_request,
        &Api::answer_operator_request,
        &Api::stream_events,
        &Api::get_health,
        &Api::get_openapi,
        &Api::change_settings,
        &Api::order_job,
        &Api::ask_operator,
    };
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
        return (this->*ApiRoutes::handlers[*match.route])(
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

void Api::list_libraries(Call call) const {
    if (const auto serial = call.request.parameter("device_serial"))
        return tell_ownership(*serial, std::move(call));
    gather(
        call.request.peer,
        [clock = clock_](const LibraryRunner&, const jobs::LibraryEngine& engine) {
            return library_view(engine, clock->now());
        },
        [reply = call.reply](json libraries) {
            reply(ok({{"schema", "changer.libraries/1"}, {"libraries", std::move(libraries)}}));
        });
}

void Api::tell_ownership(const std::string& device_serial, Call call) const {
    // Anyone may learn whether a device has an owner here, and nothing else.
    Peer daemon_itself;
    daemon_itself.uid = 0;
    gather(
        daemon_itself,
        [device_serial](const LibraryRunner&, const jobs::LibraryEngine& engine) {
            const auto& info = engine.device_info();
            const bool owned =
                engine.device() == device_serial || (info && info->serial == device_serial);
            return owned ? json(engine.id()) : json(nullptr);
        },
        [this, device_serial, call](const json& ids) {
            json library;
            for (const json& id : ids)
                if (!id.is_null())
                    library = id;
            const bool owned = !library.is_null();
            if (owned && !access_->rights(call.request.peer, library.get<std::string>()).use)
                library = nullptr;
            call.reply(ok({{"schema", "changer.ownership/1"},
                           {"device_serial", device_serial},
                           {"owned", owned},
                           {"library", library}}));
        });
}

void Api::get_library(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        read(*runner, call, [reply = call.reply, clock = clock_](const auto& engine) {
            reply(library_response(engine, clock->now()));
        });
}

void Api::list_elements(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        read(*runner, call, [reply = call.reply](const jobs::LibraryEngine& engine) {
            reply({.body = elements_document(engine)});
        });
}

void Api::list_drives(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        read(*runner, call, [reply = call.reply, runner](const jobs::LibraryEngine& engine) {
            reply(ok(drives_document(engine, runner->config())));
        });
}

void Api::list_media(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->read([reply = call.reply](const jobs::LibraryEngine& engine) {
            reply({.body = media_document(engine)});
        });
}

void Api::get_media(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->read([reply = call.reply,
                      name = call.parameters[1]](const jobs::LibraryEngine& engine) {
            const library::Media* media = engine.model().media(name);
            const auto named = engine.model().with_barcode(name);
            if (media == nullptr && named.size() == 1)
                media = named.front();
            if (media != nullptr)
                return reply(ok(with_schema("changer.medium/1", medium_view(engine, *media))));
            if (named.size() > 1)
                return reply(problem({Code::busy,
                                      fmt::format("{} cartridges have the barcode {}; use the id "
                                                  "of one, as in the list of media",
                                                  named.size(),
                                                  name)}));
            reply(problem(no_such("cartridge", name)));
        });
}

void Api::get_door(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->read([reply = call.reply](const jobs::LibraryEngine& engine) {
            json door = with_schema("changer.door/1", door_view(engine));
            door["library"] = engine.id();
            door["cabinet"] = cabinet_view(engine);
            door["generation"] = engine.generation();
            reply(ok(door));
        });
}

void Api::get_diff(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->read([reply = call.reply](const jobs::LibraryEngine& engine) {
            reply(ok(diff_document(engine)));
        });
}

void Api::stream_events(Call call) const {
    const auto visible = [access = access_, peer = call.request.peer](const StreamEvent& event) {
        return event.library.empty() ? access->admitted(peer)
                                     : access->rights(peer, event.library).use;
    };
    HttpResponse response;
    response.stream = EventStream{call.request.last_event_id, visible};
    call.reply(std::move(response));
}

void Api::tell_bare_health(const Reply& reply) const {
    Peer daemon_itself;
    daemon_itself.uid = 0;
    gather_health(daemon_itself, [reply](bool healthy, const json&) {
        reply(ok(health_document(healthy, json::array())));
    });
}

void Api::get_health(Call call) const {
    gather_health(call.request.peer, [reply = call.reply](bool healthy, json libraries) {
        reply(ok(health_document(healthy, std::move(libraries))));
    });
}

void Api::gather_health(const Peer& peer, std::function<void(bool, json)> done) const {
    gather(
        peer,
        [clock = clock_](const LibraryRunner& runner, const jobs::LibraryEngine& engine) {
            const Now now = clock->now();
            const char* store = runner.store_state() == StoreState::ok     ? "ok"
                                : runner.store_state() == StoreState::full ? "database_full"
                                                                           : "database_failure";
            return json{{"id", engine.id()},
                        {"state", library_state(engine, now)},
                        {"detail", library_detail(engine, now)},
                        {"store", store}};
        },
        [done = std::move(done)](json libraries) {
            bool healthy = true;
            for (const json& library : libraries)
                healthy = healthy && library["state"] == "online" && library["store"] == "ok";
            done(healthy, std::move(libraries));
        });
}

void Api::get_openapi(Call call) const {
    call.reply({.body = std::string(openapi_document())});
}

} // namespace changer::daemon
