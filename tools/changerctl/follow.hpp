// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changerctl/command.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace changer::ctl {

/// Returns the library that `-l` names, or the only one there is.
/// Errors:  usage — there are several; not_found — there is none
Result<std::string> chosen_library(Context& context);

/// Submits a job to the chosen library, waits for it unless told not to, and prints what came of
/// it.
Result<int> submit_and_follow(Context& context, const nlohmann::json& job);

/// Waits for a job, showing where it is, and prints what came of it.
Result<int> follow(Context& context, std::string_view job);

/// Waits for an answer to an operator request, and prints it.
/// Errors:  as client::wait_for_request(); request_refused
Result<int> follow_request(Context& context, std::string_view request);

/// Prints the chosen library's door.
Result<int> show_door(Context& context);

} // namespace changer::ctl
