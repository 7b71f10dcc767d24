// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/engine.hpp"

#include <nlohmann/json_fwd.hpp>

namespace changer::jobs {

/// Writes a library as the API shows it, without `schema`.
nlohmann::json library_view(const LibraryEngine& engine, const Now& now);

/// Writes its door, without `schema`, `library` and `generation`.
nlohmann::json door_view(const LibraryEngine& engine);

/// Writes what the last inventory found changed: `{library, at, job, diff}`.
nlohmann::json diff_view(const LibraryEngine& engine);

} // namespace changer::jobs
