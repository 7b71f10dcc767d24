// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/model.hpp"

#include <nlohmann/json_fwd.hpp>

namespace changer::library {

/// Writes an element as the API shows it, the model's marks laid over its provenance.
nlohmann::json element_view(const Model& model, const Element& element);

/// Writes a drive as the API shows it; `device` is the host's name for it and null where unknown.
nlohmann::json drive_view(const Model& model, const Element& drive);

/// Writes a cartridge as the API shows it.
nlohmann::json media_view(const Model& model, const Media& media);

/// Counts elements and cartridges; those of elements are null while none was ever read.
nlohmann::json counts_view(const Model& model);

/// Tells the last complete read and what made it stale: `{at, by, stale_since, stale_by}`.
nlohmann::json inventory_view(const Model& model);

} // namespace changer::library
