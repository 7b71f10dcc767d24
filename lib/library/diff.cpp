// SPDX-License-Identifier: Apache-2.0
#include "library/diff.hpp"

#include "library/fields.hpp"

namespace changer::library {

std::string_view name(DiffKind change) {
    switch (change) {
    case DiffKind::added:
        return "added";
    case DiffKind::removed:
        return "removed";
    case DiffKind::moved:
        return "moved";
    case DiffKind::swapped:
        return "swapped";
    case DiffKind::relabelled:
        return "relabelled";
    case DiffKind::unreadable:
        return "unreadable";
    case DiffKind::duplicate:
        return "duplicate";
    case DiffKind::not_present:
        return "not_present";
    case DiffKind::unknown:
        return "unknown";
    }
    return "unknown";
}

nlohmann::json to_json(const DiffEntry& entry) {
    return {{"change", name(entry.change)},
            {"barcode", nullable(entry.barcode)},
            {"label", nullable(entry.label)},
            {"from", to_json(entry.from)},
            {"to", to_json(entry.to)}};
}

nlohmann::json to_json(const Diff& diff) {
    auto list = nlohmann::json::array();
    for (const auto& entry : diff)
        list.push_back(to_json(entry));
    return list;
}

} // namespace changer::library
