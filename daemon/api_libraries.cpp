// SPDX-License-Identifier: Apache-2.0
// The routes that tell what is known of libraries: from memory, or after a look.
#include "api.hpp"
#include "problem.hpp"
#include "views.hpp"

#include <string>
#include <utility>

namespace changer::daemon {

using nlohmann::json;

void Api::list_libraries(Call call) const {
    if (const auto serial = call.request.parameter("device_serial"))
        return tell_ownership(*serial, std::move(call));
    gather(
        call.request.peer,
        [clock = clock_](const LibraryRunner&, const jobs::LibraryEngine& engine) {
            return library_view(engine, clock->now());
        },
        [reply = call.reply](json libraries) {
            reply(document_response(
                {{"schema", "changer.libraries/1"}, {"libraries", std::move(libraries)}}));
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
            call.reply(document_response({{"schema", "changer.ownership/1"},
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
            reply(document_response(drives_document(engine, runner->config())));
        });
}

void Api::get_drive(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        read(*runner,
             call,
             [reply = call.reply, runner, drive = call.parameters[1]](
                 const jobs::LibraryEngine& engine) {
                 reply(drive_response(engine, runner->config(), drive));
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
        runner->read(
            [reply = call.reply, name = call.parameters[1]](const jobs::LibraryEngine& engine) {
                reply(medium_response(engine, name));
            });
}

void Api::get_door(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->read([reply = call.reply](const jobs::LibraryEngine& engine) {
            json door = with_schema("changer.door/1", door_view(engine));
            door["library"] = engine.id();
            door["cabinet"] = cabinet_view(engine);
            door["generation"] = engine.generation();
            reply(document_response(door));
        });
}

void Api::get_diff(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->read([reply = call.reply](const jobs::LibraryEngine& engine) {
            reply(document_response(diff_document(engine)));
        });
}

} // namespace changer::daemon
