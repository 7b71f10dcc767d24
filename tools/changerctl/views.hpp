// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace changer::ctl {

// What a human reads of the API's objects. Each takes the object as the API gives it; what is
// missing or of another type shows as unknown ("-" or "?").

std::string view_libraries(const nlohmann::json& libraries, bool colour);
std::string view_library(const nlohmann::json& library, bool colour);
/// As view_library(), then every setting with where it comes from.
std::string view_library_settings(const nlohmann::json& library, bool colour);

std::string view_door(const nlohmann::json& door, bool colour);
std::string view_elements(const nlohmann::json& elements, bool colour);
std::string view_media(const nlohmann::json& media, bool colour);
std::string view_medium(const nlohmann::json& medium, bool colour);
std::string view_diff(const nlohmann::json& entries, bool colour);
/// Writes what a finished job found changed; of a cabinet's door, for each library behind it.
std::string view_result(const nlohmann::json& result, bool colour);
/// Says what enabling or disabling something led to; empty for other results.
std::string use_of(const nlohmann::json& result);

/// Says what an unfinished job waits for; empty if it waits for nothing.
std::string waits_for(const nlohmann::json& job);

std::string view_jobs(const nlohmann::json& jobs, bool colour);
std::string view_job(const nlohmann::json& job, bool colour);
std::string view_requests(const nlohmann::json& requests, bool colour);

/// Writes an element reference as it can be typed: "slot:7", "drive:1", "mail:2".
std::string place(const nlohmann::json& reference);

/// Says what a finished job moved: "VT0001L8 from slot:1 to drive:1". Of an exchange that did not
/// pass each step, with what became of it.
std::vector<std::string> moves_of(const nlohmann::json& job);

/// Writes one line about where a job is: "main-7 door: unlocked, 40 %".
std::string job_line(const nlohmann::json& job);

} // namespace changer::ctl
