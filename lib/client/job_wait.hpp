// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/client.hpp"

#include <functional>
#include <optional>
#include <string>

namespace changer::client {

/// How to wait for a job.
struct WaitOptions {
    std::optional<std::chrono::seconds> timeout; ///< none: until it ends
    /// How long a daemon that is not there is waited for: it may be starting again, and the job
    /// goes on then.
    std::chrono::seconds daemon_patience{60};
    std::chrono::milliseconds poll_interval{1000};   ///< when no event says anything
    std::function<void(const Document&)> on_change;  ///< called with every state seen
    std::function<void(const Error&)> on_disconnect; ///< called when the daemon is gone
};

/// Waits until a job is finished, and returns it as it is then. Events only hasten the next look.
///
/// Blocks:  as the options say
/// Errors:  wait_timeout, interrupted — the job goes on; as Client
Result<Document>
wait_for_job(const Client& client, std::string_view job, const WaitOptions& options);

/// Waits until an operator request is answered, or no longer needed, and returns it as it is then.
///
/// Blocks:  as the options say
/// Errors:  as wait_for_job()
Result<Document>
wait_for_request(const Client& client, std::string_view request, const WaitOptions& options);

/// Tells whether a job's state is a last one.
bool is_finished(const Document& job);

} // namespace changer::client
