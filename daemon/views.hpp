// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.hpp"
#include "http.hpp"
#include "jobs/engine.hpp"
#include "support/clock.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

// What the engine knows, as the API shows it. Each shape is a schema of data/openapi.json.

namespace changer::daemon {

/// Writes LibraryBody.
nlohmann::json library_view(const jobs::LibraryEngine& engine, const Now& now);

/// Writes Door.
nlohmann::json door_view(const jobs::LibraryEngine& engine);

/// Writes Cabinet; null for a library that has its door alone.
nlohmann::json cabinet_view(const jobs::LibraryEngine& engine);

/// Names the state of a library as LibraryBody and Health do.
std::string library_state(const jobs::LibraryEngine& engine, const Now& now);

/// Writes why a library is not online; null if it is.
nlohmann::json library_detail(const jobs::LibraryEngine& engine, const Now& now);

/// Answers with a document as it is.
HttpResponse document_response(const nlohmann::json& document);

/// Answers with Library and its ETag.
HttpResponse library_response(const jobs::LibraryEngine& engine, const Now& now);

/// Answers with JobDocument; 202 says where it is.
HttpResponse
job_response(const jobs::LibraryEngine& engine, const jobs::Job& job, const Now& now, int status);

/// Writes OperatorRequest.
nlohmann::json request_view(const jobs::LibraryEngine& engine,
                            const jobs::OperatorRequest& request);

/// Writes Elements as text, one element at a time: a library of 65,535 never is a tree in memory.
std::string elements_document(const jobs::LibraryEngine& engine);

/// Writes Drives.
nlohmann::json drives_document(const jobs::LibraryEngine& engine, const LibraryConfig& config);

/// Names a drive as find_object() takes it, from what stands in a path: "2" or "@257".
std::string drive_named(std::string_view text);

/// Answers with DriveDocument and the library's ETag, or that there is no such drive.
HttpResponse drive_response(const jobs::LibraryEngine& engine,
                            const LibraryConfig& config,
                            std::string_view drive);

/// Answers with MediaDocument and the library's ETag, or that there is no such cartridge, or more
/// than one of that barcode.
HttpResponse medium_response(const jobs::LibraryEngine& engine, std::string_view medium);

/// Writes MediaList as text, one cartridge at a time.
std::string media_document(const jobs::LibraryEngine& engine);

/// Writes Media.
nlohmann::json medium_view(const jobs::LibraryEngine& engine, const library::Media& medium);

/// Writes Diff: of the last job that took an inventory, and what others changed.
nlohmann::json diff_document(const jobs::LibraryEngine& engine);

/// Puts `schema` before the members of an object.
nlohmann::json with_schema(std::string_view schema, nlohmann::json object);

} // namespace changer::daemon
