// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace changer::store {

/// One document written or removed; a list of them is one transaction.
struct Change {
    std::string key;                  ///< UTF-8, not empty: "door", "element/1001", "job/main-7"
    std::optional<std::string> value; ///< one JSON object in one line; none: the key is removed

    bool operator==(const Change&) const = default;
};

/// What many changes together leave of the documents they touched, by key.
using ChangedDocuments = std::map<std::string, std::optional<std::string>, std::less<>>;

} // namespace changer::store
