// SPDX-License-Identifier: Apache-2.0
#include "ntms/objects.hpp"

#include <string>

// Library requests: what queues them, and what is done with those that are there.

namespace changer::ntms {
namespace {

/// Finds a library; another object's identifier, or none, is no library.
Result<Object> find_library(const Session& session, const NTMS_GUID& id, DWORD& code) {
    auto library = find_object(session, NTMS_LIBRARY, id);
    if (!library && library.error().code == Code::not_found)
        code = ERROR_INVALID_LIBRARY;
    return library;
}

Result<Outcome> queue(const Session& session, const NTMS_GUID& id, const Json& request) {
    DWORD code = ERROR_SUCCESS;
    const auto library = find_library(session, id, code);
    if (code != ERROR_SUCCESS)
        return Outcome{code};
    if (!library)
        return library.error();
    const auto job = submit(session, library->value, request);
    if (!job)
        return job.error();
    return Outcome{};
}

/// The API's word for what follows a door, or is done by an inventory; none for another action.
const char* inventory_word(DWORD action) {
    switch (action) {
    case NTMS_INVENTORY_NONE:
        return "none";
    case NTMS_INVENTORY_FAST:
        return "fast";
    case NTMS_INVENTORY_OMID:
        return "full";
    case NTMS_INVENTORY_DEFAULT:
        return "default";
    default:
        return nullptr;
    }
}

Result<std::string> request_target(const Session& session, const NTMS_GUID& id) {
    const auto request = find_object(session, NTMS_LIBREQUEST, id);
    if (!request)
        return request.error();
    return "/v1/jobs/" + client::encode_segment(text_of(request->value, "id"));
}

Result<Outcome> cancel(const Session& session, const NTMS_GUID& id) {
    const auto request = find_object(session, NTMS_LIBREQUEST, id);
    if (!request)
        return request.error();
    if (!text_of(request->value, "finished_at").empty())
        return Outcome{ERROR_OBJECT_NOT_FOUND}; // it completed before
    const auto target = "/v1/jobs/" + client::encode_segment(text_of(request->value, "id"));
    const auto answer = session.client().call({.method = "DELETE", .target = target});
    if (!answer)
        return answer.error();
    return Outcome{};
}

Result<Outcome>
change_use(const Session& session, DWORD type, const NTMS_GUID* id, const char* operation) {
    if (id == nullptr ||
        (type != NTMS_LIBRARY && type != NTMS_DRIVE && type != NTMS_PHYSICAL_MEDIA))
        return Outcome{ERROR_INVALID_PARAMETER};
    const auto object = find_object(session, type, *id);
    if (!object)
        return object.error();
    const bool enable = std::string_view(operation) == "enable";
    if (is_true(object->value, "enabled") == enable)
        return Outcome{ERROR_INVALID_STATE};
    Json job{{"operation", operation}};
    if (type != NTMS_LIBRARY)
        job["object"] = job_name(type, object->value);
    const auto queued = submit(session, object->library, job);
    if (!queued)
        return queued.error();
    return Outcome{};
}

} // namespace
} // namespace changer::ntms

using namespace changer::ntms;

DWORD AccessNtmsLibraryDoor(HANDLE hSession, const NTMS_GUID* lpLibrary, DWORD dwAction) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        const char* inventory = inventory_word(dwAction);
        if (lpLibrary == nullptr || is_null(*lpLibrary) || inventory == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return queue(session, *lpLibrary, {{"operation", "door"}, {"inventory", inventory}});
    });
}

DWORD InventoryNtmsLibrary(HANDLE hSession, const NTMS_GUID* lpLibrary, DWORD dwAction) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpLibrary == nullptr || is_null(*lpLibrary))
            return Outcome{ERROR_INVALID_PARAMETER};
        if (dwAction == NTMS_INVENTORY_STOP)
            return queue(session, *lpLibrary, {{"operation", "stop"}});
        const char* inventory = inventory_word(dwAction);
        if (dwAction == NTMS_INVENTORY_NONE || inventory == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return queue(session, *lpLibrary, {{"operation", "inventory"}, {"inventory", inventory}});
    });
}

DWORD CancelNtmsLibraryRequest(HANDLE hSession, const NTMS_GUID* lpRequestId) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpRequestId == nullptr || is_null(*lpRequestId))
            return Outcome{ERROR_INVALID_PARAMETER};
        return cancel(session, *lpRequestId);
    });
}

DWORD
DeleteNtmsRequests(HANDLE hSession, const NTMS_GUID* lpRequestId, DWORD dwType, DWORD dwCount) {
    return coded_in_session(hSession, [&](const Session&) -> changer::Result<Outcome> {
        const bool named = lpRequestId != nullptr && dwCount > 0;
        if (!named || (dwType != NTMS_LIBREQUEST && dwType != NTMS_OPREQUEST))
            return Outcome{ERROR_INVALID_PARAMETER};
        return Outcome{}; // the daemon forgets finished ones by itself
    });
}

DWORD GetNtmsRequestOrder(HANDLE hSession, const NTMS_GUID* lpRequestId, LPDWORD lpdwOrderNumber) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpRequestId == nullptr || lpdwOrderNumber == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        const auto request = find_object(session, NTMS_LIBREQUEST, *lpRequestId);
        if (!request && request.error().code != changer::Code::not_found)
            return request.error();
        *lpdwOrderNumber = request ? static_cast<DWORD>(number_of(request->value, "order")) : 0;
        return Outcome{};
    });
}

DWORD SetNtmsRequestOrder(HANDLE hSession, const NTMS_GUID* lpRequestId, DWORD dwOrderNumber) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpRequestId == nullptr || dwOrderNumber == 0)
            return Outcome{ERROR_INVALID_PARAMETER};
        const auto target = request_target(session, *lpRequestId);
        if (!target)
            return target.error();
        const Json order = {{"order", dwOrderNumber}};
        const auto answer =
            session.client().call({.method = "PATCH", .target = *target, .body = order.dump()});
        if (!answer)
            return answer.error();
        return Outcome{};
    });
}

DWORD EnableNtmsObject(HANDLE hSession, DWORD dwType, const NTMS_GUID* lpObjectId) {
    return coded_in_session(hSession, [&](const Session& session) {
        return change_use(session, dwType, lpObjectId, "enable");
    });
}

DWORD DisableNtmsObject(HANDLE hSession, DWORD dwType, const NTMS_GUID* lpObjectId) {
    return coded_in_session(hSession, [&](const Session& session) {
        return change_use(session, dwType, lpObjectId, "disable");
    });
}
