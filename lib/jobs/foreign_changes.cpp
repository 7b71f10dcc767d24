// SPDX-License-Identifier: Apache-2.0
#include "jobs/foreign_changes.hpp"

#include "library/fields.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>

namespace changer::jobs {

namespace {

constexpr std::size_t most_described = 10;

} // namespace

void ForeignChanges::add(WallTime at, const library::Diff& diff) {
    if (changes_.size() >= most)
        changes_.erase(changes_.begin());
    changes_.push_back({at, library::to_json(diff)});
}

nlohmann::json ForeignChanges::document() const {
    auto list = nlohmann::json::array();
    for (const auto& change : changes_)
        list.push_back({{"at", to_rfc3339(change.at)}, {"diff", change.diff}});
    return {{"schema", "changer.foreign_changes/1"}, {"foreign_changes", std::move(list)}};
}

Result<void> ForeignChanges::restore(const nlohmann::json& document) {
    const Error malformed{Code::malformed_document,
                          "the document of foreign changes does not read as one"};
    const auto list = document.is_object() ? document.find("foreign_changes") : document.end();
    if (list == document.end() || !list->is_array())
        return malformed;
    std::vector<ForeignChange> changes;
    for (const auto& item : *list) {
        library::Fields fields(item);
        const auto at = fields.time("at");
        const auto diff = item.is_object() ? item.find("diff") : item.end();
        if (!at || fields.faulted() || diff == item.end() || !diff->is_array())
            return malformed;
        changes.push_back({*at, *diff});
    }
    changes_ = std::move(changes);
    return {};
}

std::string describe(const library::Diff& diff) {
    std::string text;
    std::size_t count = 0;
    for (const auto& entry : diff) {
        if (++count > most_described)
            return fmt::format("{} and {} more", text, diff.size() - most_described);
        text += fmt::format("{}{} {}",
                            text.empty() ? "" : ", ",
                            library::name(entry.change),
                            entry.barcode.value_or("a cartridge without barcode"));
        if (entry.from)
            text += fmt::format(" from {}", library::place_name(*entry.from));
        if (entry.to)
            text += fmt::format(" to {}", library::place_name(*entry.to));
    }
    return text;
}

} // namespace changer::jobs
