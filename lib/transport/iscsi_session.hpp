// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/iscsi_options.hpp"
#include "transport/iscsi_url.hpp"
#include "transport/transport.hpp"

#include <chrono>
#include <memory>

struct iscsi_context; // <iscsi/iscsi.h> is included by iscsi_session.cpp alone

namespace changer {

/// One login to a target, from connect to logout or loss. It never logs in again by itself.
class IscsiSession {
  public:
    /// `options` are completed() ones.
    ///
    /// Errors: device_not_available, invalid_parameter
    static Result<std::unique_ptr<IscsiSession>> login(const IscsiUrl& url,
                                                       const IscsiOptions& options);

    /// Logs out, within a second, so that the target lets go of the session's locks.
    ~IscsiSession();
    IscsiSession(const IscsiSession&) = delete;
    IscsiSession& operator=(const IscsiSession&) = delete;

    /// Answers what the target sent meanwhile; false if it has closed the connection.
    bool alive();

    /// Errors: transport_failed, command_timeout — the session is then of no further use
    Result<Completion> execute(const Request& request, std::uint16_t lun);

  private:
    explicit IscsiSession(iscsi_context* context)
        : context_(context) {}

    using Deadline = std::chrono::steady_clock::time_point;
    enum class Wait { done, timed_out, lost };

    /// What a callback of libiscsi told. It lives on the stack of the function that waits for it,
    /// which drops the context before it returns without an answer: libiscsi calls back from there.
    struct Outcome {
        bool done = false;
        int status = 0;
    };

    Wait enter(const std::string& portal, Deadline deadline, Outcome& outcome);
    Wait wait_until(Deadline deadline, const bool& done);
    void drop();
    std::string last_error() const;

    iscsi_context* context_;
    int socket_error_ = 0; ///< what ended the connection; 0 if it was not the network
};

} // namespace changer
