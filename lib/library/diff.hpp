// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/element.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::library {

enum class DiffKind : std::uint8_t {
    added,   ///< new, or known and back
    removed, ///< in no element of a complete read
    moved,
    swapped, ///< exchanged places with one other cartridge; one entry for each of the two
    relabelled,
    unreadable,  ///< full, but the tag could not be read
    duplicate,   ///< carries the barcode of another cartridge
    not_present, ///< its magazine is out
    unknown,     ///< the library never finished looking at the element
};

/// What changed for one cartridge between two complete reads.
struct DiffEntry {
    DiffKind change = DiffKind::added;
    std::optional<std::string> barcode;
    std::optional<std::string> label;
    std::optional<ElementReference> from;
    std::optional<ElementReference> to;

    bool operator==(const DiffEntry&) const = default;
};

using Diff = std::vector<DiffEntry>;

std::string_view name(DiffKind change);

/// Writes `{change, barcode, label, from, to}`.
nlohmann::json to_json(const DiffEntry& entry);
nlohmann::json to_json(const Diff& diff);

} // namespace changer::library
