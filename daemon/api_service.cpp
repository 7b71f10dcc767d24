// SPDX-License-Identifier: Apache-2.0
// The routes about the daemon itself: its events, its health, its contract.
#include "api.hpp"
#include "build_info.hpp"
#include "event_ring.hpp"
#include "openapi.hpp"
#include "views.hpp"

#include <utility>

namespace changer::daemon {

using nlohmann::json;

namespace {

json health_document(bool healthy, json libraries) {
    return {{"schema", "changer.health/1"},
            {"status", healthy ? "ok" : "degraded"},
            {"version", version},
            {"libraries", std::move(libraries)}};
}

} // namespace

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
        reply(document_response(health_document(healthy, json::array())));
    });
}

void Api::get_health(Call call) const {
    gather_health(call.request.peer, [reply = call.reply](bool healthy, json libraries) {
        reply(document_response(health_document(healthy, std::move(libraries))));
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
