// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/client.hpp"
#include "ntms/ntmsapi.h"
#include "support/result.hpp"
#include "support/unique_fd.hpp"

#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>

namespace changer::ntms {

/// What a handle of OpenNtmsSession() stands for. It has no connection of its own: each call makes
/// one.
///
/// Thread:  any, several at once
class Session {
  public:
    /// Errors:  not_enough_memory — no descriptor is left
    static Result<std::shared_ptr<Session>> open(std::string socket_path);

    const client::Client& client() const { return client_; }

    /// Ends what waits in this session, now and from now on.
    void close();

  private:
    Session(client::Client client, UniqueFd closing)
        : client_(std::move(client))
        , closing_(std::move(closing)) {}

    client::Client client_;
    UniqueFd closing_; ///< readable: the session was closed
};

/// What a handle of OpenNtmsNotification() stands for.
struct Notification {
    std::shared_ptr<Session> session;
    DWORD type = 0;
    std::mutex waiting; ///< held by the thread that waits
    std::optional<client::EventStream> stream;
};

/// Returns the session of a handle that is open; none for any other value.
std::shared_ptr<Session> find_session(HANDLE handle);
std::shared_ptr<Notification> find_notification(HANDLE handle);

HANDLE keep(std::shared_ptr<Session> session);
HANDLE keep(std::shared_ptr<Notification> notification);

/// Forgets a handle; false if it was none.
bool forget_session(HANDLE handle);
bool forget_notification(HANDLE handle);

/// Returns the Win32 code of an outcome, by its name in the one table of codes.
DWORD code_of(Code code);

/// Leaves the code that NtmsGetLastError() returns in this thread.
void set_last_error(DWORD code);

/// Runs a call on the session of its handle. No exception passes the border to C.
template <class Call>
DWORD in_session(HANDLE handle, Call call) {
    try {
        const auto session = find_session(handle);
        if (!session)
            return ERROR_INVALID_HANDLE;
        const Result<void> done = call(*session);
        return done ? ERROR_SUCCESS : code_of(done.error().code);
    } catch (const std::bad_alloc&) {
        return ERROR_NOT_ENOUGH_MEMORY;
    } catch (const std::exception&) {
        return ERROR_GEN_FAILURE;
    }
}

/// An outcome that has a Win32 code of its own and none in the table.
struct Outcome {
    DWORD code = ERROR_SUCCESS;
};

/// Does the same for calls that tell more than the table of codes has.
template <class Call>
DWORD coded_in_session(HANDLE handle, Call call) {
    Outcome outcome;
    const DWORD code = in_session(handle, [&](const Session& session) -> Result<void> {
        Result<Outcome> done = call(session);
        if (!done)
            return std::move(done).error();
        outcome = *done;
        return {};
    });
    return code == ERROR_SUCCESS ? outcome.code : code;
}

} // namespace changer::ntms
