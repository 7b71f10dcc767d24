// SPDX-License-Identifier: Apache-2.0
#include "ntms/session.hpp"

#include <sys/eventfd.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace changer::ntms {
namespace {

struct NamedCode {
    std::string_view name;
    DWORD code = 0;
};

/// The names that support/code.cpp uses.
constexpr std::array named_codes{
    NamedCode{"ERROR_SUCCESS", ERROR_SUCCESS},
    NamedCode{"ERROR_GEN_FAILURE", ERROR_GEN_FAILURE},
    NamedCode{"ERROR_IO_DEVICE", ERROR_IO_DEVICE},
    NamedCode{"ERROR_TIMEOUT", ERROR_TIMEOUT},
    NamedCode{"ERROR_BUSY", ERROR_BUSY},
    NamedCode{"ERROR_INVALID_LIBRARY", ERROR_INVALID_LIBRARY},
    NamedCode{"ERROR_REQUEST_REFUSED", ERROR_REQUEST_REFUSED},
    NamedCode{"ERROR_EMPTY", ERROR_EMPTY},
    NamedCode{"ERROR_NOT_EMPTY", ERROR_NOT_EMPTY},
    NamedCode{"ERROR_MEDIA_NOT_AVAILABLE", ERROR_MEDIA_NOT_AVAILABLE},
    NamedCode{"ERROR_MEDIUM_NOT_ACCESSIBLE", ERROR_MEDIUM_NOT_ACCESSIBLE},
    NamedCode{"ERROR_TRANSPORT_FULL", ERROR_TRANSPORT_FULL},
    NamedCode{"ERROR_LIBRARY_FULL", ERROR_LIBRARY_FULL},
    NamedCode{"ERROR_IEPORT_FULL", ERROR_IEPORT_FULL},
    NamedCode{"ERROR_UNEXPECTED_OMID", ERROR_UNEXPECTED_OMID},
    NamedCode{"ERROR_INVALID_PARAMETER", ERROR_INVALID_PARAMETER},
    NamedCode{"ERROR_NOT_CONNECTED", ERROR_NOT_CONNECTED},
    NamedCode{"ERROR_ACCESS_DENIED", ERROR_ACCESS_DENIED},
    NamedCode{"ERROR_OBJECT_NOT_FOUND", ERROR_OBJECT_NOT_FOUND},
    NamedCode{"ERROR_LIBRARY_OFFLINE", ERROR_LIBRARY_OFFLINE},
    NamedCode{"ERROR_RESOURCE_DISABLED", ERROR_RESOURCE_DISABLED},
    NamedCode{"ERROR_RESOURCE_NOT_PRESENT", ERROR_RESOURCE_NOT_PRESENT},
    NamedCode{"ERROR_DATABASE_FAILURE", ERROR_DATABASE_FAILURE},
    NamedCode{"ERROR_DATABASE_FULL", ERROR_DATABASE_FULL},
    NamedCode{"ERROR_NOT_ENOUGH_MEMORY", ERROR_NOT_ENOUGH_MEMORY},
    NamedCode{"ERROR_DEVICE_NOT_AVAILABLE", ERROR_DEVICE_NOT_AVAILABLE},
    NamedCode{"ERROR_CANCELLED", ERROR_CANCELLED},
    NamedCode{"ERROR_INVALID_HANDLE", ERROR_INVALID_HANDLE},
};

thread_local DWORD last_error = ERROR_SUCCESS;

/// Handles are numbers that are never given twice: one that was closed stays invalid.
template <class Object>
class Handles {
  public:
    HANDLE keep(std::shared_ptr<Object> object) {
        static std::uintptr_t last = 0; // of sessions, or of notifications
        const std::lock_guard lock(mutex_);
        const auto handle = std::bit_cast<HANDLE>(last += 8);
        objects_.emplace(handle, std::move(object));
        return handle;
    }

    std::shared_ptr<Object> find(HANDLE handle) {
        const std::lock_guard lock(mutex_);
        const auto found = objects_.find(handle);
        return found == objects_.end() ? nullptr : found->second;
    }

    bool forget(HANDLE handle) {
        const std::lock_guard lock(mutex_);
        return objects_.erase(handle) > 0;
    }

  private:
    std::mutex mutex_;
    std::map<HANDLE, std::shared_ptr<Object>> objects_;
};

Handles<Session>& sessions() {
    static Handles<Session> all;
    return all;
}

Handles<Notification>& notifications() {
    static Handles<Notification> all;
    return all;
}

} // namespace

Result<std::shared_ptr<Session>> Session::open(std::string socket_path) {
    UniqueFd closing(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!closing)
        return Error{Code::not_enough_memory, "no descriptor is left"};
    client::Client::Options options;
    options.socket_path = std::move(socket_path);
    options.interrupt_fd = closing.get();
    return std::shared_ptr<Session>(
        new Session(client::Client(std::move(options)), std::move(closing)));
}

void Session::close() {
    ::eventfd_write(closing_.get(), 1);
}

std::shared_ptr<Session> find_session(HANDLE handle) {
    return sessions().find(handle);
}

std::shared_ptr<Notification> find_notification(HANDLE handle) {
    return notifications().find(handle);
}

HANDLE keep(std::shared_ptr<Session> session) {
    return sessions().keep(std::move(session));
}

HANDLE keep(std::shared_ptr<Notification> notification) {
    return notifications().keep(std::move(notification));
}

bool forget_session(HANDLE handle) {
    return sessions().forget(handle);
}

bool forget_notification(HANDLE handle) {
    return notifications().forget(handle);
}

DWORD code_of(Code code) {
    for (const auto& row : named_codes)
        if (row.name == info(code).rsm_name)
            return row.code;
    return ERROR_GEN_FAILURE;
}

void set_last_error(DWORD code) {
    last_error = code;
}

namespace {

/// Opens a session with a daemon that answers.
Result<HANDLE> open_session(LPCSTR server) {
    auto session = Session::open(server == nullptr ? std::string(client::default_socket) : server);
    if (!session)
        return std::move(session).error();
    if (auto health = (*session)->client().get("/v1/health"); !health)
        return std::move(health).error();
    return keep(std::move(*session));
}

bool is_computer(LPCSTR server) {
    struct stat status {};

    return server == nullptr || (::stat(server, &status) == 0 && S_ISSOCK(status.st_mode));
}

} // namespace
} // namespace changer::ntms

using namespace changer::ntms;

DWORD NtmsGetLastError() {
    return last_error;
}

HANDLE OpenNtmsSession(LPCSTR lpServer, LPCSTR lpApplication, DWORD dwOptions) {
    (void)lpApplication; // the daemon knows its clients by what the kernel says of them
    DWORD code = ERROR_SUCCESS;
    if (dwOptions != 0)
        code = ERROR_INVALID_PARAMETER;
    else if (!is_computer(lpServer))
        code = ERROR_INVALID_COMPUTERNAME;
    set_last_error(code);
    if (code != ERROR_SUCCESS)
        return INVALID_HANDLE_VALUE;
    try {
        if (auto opened = open_session(lpServer); opened)
            return *opened;
        else
            set_last_error(code_of(opened.error().code));
    } catch (const std::exception&) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return INVALID_HANDLE_VALUE;
}

DWORD CloseNtmsSession(HANDLE hSession) {
    const auto session = find_session(hSession);
    if (!session || !forget_session(hSession))
        return ERROR_INVALID_HANDLE;
    session->close();
    return ERROR_SUCCESS;
}
