// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/connection.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace changer::mtx {

/// Says that a daemon's answer could not be read.
Error not_understood();

/// A job, and the connection it lives with: a daemon that sees it closed before a cartridge was
/// moved cancels the job.
struct HeldJob {
    std::string id;
    std::optional<client::Connection> connection = std::nullopt; ///< none: the daemon holds none
};

/// Where jobs are submitted.
struct JobTarget {
    std::string socket_path;
    std::string library;
    std::chrono::milliseconds patience{30'000}; ///< for an answer
};

/// Submits a job that ends with this program (`while_connected`); to a daemon that does not know of
/// that, a job as any other.
///
/// Errors: the daemon's refusal; as client::Client
Result<HeldJob> submit_held(const JobTarget& target, const nlohmann::json& submission);

} // namespace changer::mtx
