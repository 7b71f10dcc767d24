// SPDX-License-Identifier: Apache-2.0
#include "ntms/objects.hpp"
#include "support/clock.hpp"

#include <chrono>
#include <utility>

// Hints that something may be fetched anew.

namespace changer::ntms {
namespace {

/// Tells whether an event speaks of objects of this type.
bool concerns(DWORD type, const Json& event) {
    const auto what = text_of(event, "type");
    switch (type) {
    case NTMS_LIBRARY:
        return what == "library";
    case NTMS_IEDOOR:
        return what == "door";
    case NTMS_DRIVE:
    case NTMS_STORAGESLOT:
        return what == "elements";
    case NTMS_PHYSICAL_MEDIA:
        return what == "media";
    case NTMS_LIBREQUEST:
        return what == "job";
    case NTMS_OPREQUEST:
        return what == "operator_request";
    default:
        return false;
    }
}

bool is_notified(DWORD type) {
    return type == NTMS_LIBRARY || type == NTMS_IEDOOR || type == NTMS_DRIVE ||
           type == NTMS_STORAGESLOT || type == NTMS_PHYSICAL_MEDIA || type == NTMS_LIBREQUEST ||
           type == NTMS_OPREQUEST;
}

/// Finds which object an event speaks of, where it says so; else all zero.
NTMS_GUID object_of(const Notification& notification, const Json& event) {
    const bool request = notification.type == NTMS_LIBREQUEST;
    if (!request && notification.type != NTMS_LIBRARY && notification.type != NTMS_IEDOOR)
        return {};
    const auto objects = list_objects(*notification.session, notification.type);
    const auto id = text_of(event, request ? "job" : "library");
    if (objects)
        for (const Object& object : *objects)
            if (text_of(object.value, "id") == id)
                return object.id;
    return {};
}

Result<void> wait(Notification& notification, DWORD timeout, NTMS_NOTIFICATIONINFORMATION& told) {
    client::Deadline deadline{{}, notification.session->client().options().interrupt_fd};
    if (timeout != INFINITE)
        deadline = deadline.within(std::chrono::milliseconds(timeout));
    while (true) {
        auto event = notification.stream->next(deadline);
        if (!event)
            return std::move(event).error();
        const auto data = client::Document::parse(event->data);
        if (!data || !concerns(notification.type, data->json()))
            continue;
        told.dwOperation = NTMS_OBJ_UPDATE; // the daemon's hints do not tell new from changed
        told.ObjectId = object_of(notification, data->json());
        return {};
    }
}

} // namespace
} // namespace changer::ntms

using namespace changer::ntms;

HANDLE OpenNtmsNotification(HANDLE hSession, DWORD dwType) {
    HANDLE handle = INVALID_HANDLE_VALUE;
    set_last_error(
        coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
            if (!is_notified(dwType))
                return Outcome{ERROR_INVALID_PARAMETER};
            auto stream = session.client().subscribe();
            if (!stream)
                return std::move(stream).error();
            auto notification = std::make_shared<Notification>();
            notification->session = find_session(hSession);
            notification->type = dwType;
            notification->stream = std::move(*stream);
            if (!notification->session)
                return Outcome{ERROR_INVALID_HANDLE};
            handle = keep(std::move(notification));
            return Outcome{};
        }));
    return handle;
}

DWORD WaitForNtmsNotification(HANDLE hNotification,
                              LPNTMS_NOTIFICATIONINFORMATION lpInformation,
                              DWORD dwTimeout) {
    try {
        const auto notification = find_notification(hNotification);
        if (!notification)
            return ERROR_INVALID_HANDLE;
        if (lpInformation == nullptr)
            return ERROR_INVALID_PARAMETER;
        const std::unique_lock lock(notification->waiting, std::try_to_lock);
        if (!lock)
            return ERROR_BUSY;
        const auto done = wait(*notification, dwTimeout, *lpInformation);
        if (done)
            return ERROR_SUCCESS;
        const auto code = done.error().code;
        return code == changer::Code::unreachable ? ERROR_NO_DATA : code_of(code);
    } catch (const std::exception&) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
}

DWORD CloseNtmsNotification(HANDLE hNotification) {
    const auto notification = find_notification(hNotification);
    if (!notification)
        return ERROR_INVALID_HANDLE;
    const std::unique_lock lock(notification->waiting, std::try_to_lock);
    if (!lock)
        return ERROR_BUSY;
    return forget_notification(hNotification) ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}
