// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/iscsi_options.hpp"
#include "transport/iscsi_url.hpp"
#include "transport/transport.hpp"

#include <memory>

namespace changer {

class IscsiSession;

/// A logical unit behind an iSCSI target.
///
/// A command is sent once. After a time-out or a lost connection the session is thrown away and the
/// outcome is an error whose command's fate is unknown; the next command logs in anew, and its
/// completion says new_nexus.
///
/// Blocks: the host's name is looked up without a limit of its own: configure an address where that
///         matters; the login has its own limit (IscsiOptions::login_timeout)
class IscsiTransport final : public Transport {
  public:
    /// Logs in; sends no SCSI command.
    ///
    /// Errors: device_not_available — no connection, or the target refuses the login;
    ///         invalid_parameter — options; or this build has no iSCSI support
    static Result<std::unique_ptr<Transport>> open(const IscsiUrl& url,
                                                   const IscsiOptions& options);

    ~IscsiTransport() override;
    IscsiTransport(const IscsiTransport&) = delete;
    IscsiTransport& operator=(const IscsiTransport&) = delete;

    /// Errors: as Transport; device_not_available when the new login fails, nothing was sent then
    Result<Completion> execute(const Request& request) override;

  private:
    IscsiTransport(IscsiUrl url, IscsiOptions options, std::unique_ptr<IscsiSession> session);
    Result<void> ensure_session();

    IscsiUrl url_;
    IscsiOptions options_;
    std::unique_ptr<IscsiSession> session_; ///< none after it was lost
    bool new_nexus_ = false;                ///< logged in again, and no completion said so yet
};

} // namespace changer
