// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/change.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace changer::store {

/// The documents of one library, by key. A change costs the logarithm of their number; one that
/// comes behind all others, as when they are read in order, costs the same for any number.
class DocumentSet {
  public:
    using Documents = std::map<std::string, std::string>;

    void put(std::string key, std::string value) {
        documents_.insert_or_assign(documents_.end(), std::move(key), std::move(value));
    }

    void remove(const std::string& key) { documents_.erase(key); }

    void apply(std::span<const Change> changes) {
        for (const Change& change : changes) {
            if (change.value)
                put(change.key, *change.value);
            else
                remove(change.key);
        }
    }

    std::size_t size() const { return documents_.size(); }

    Documents::const_iterator begin() const { return documents_.begin(); }

    Documents::const_iterator end() const { return documents_.end(); }

    /// Copies everything, for a caller that keeps it.
    Documents copy() const { return documents_; }

    /// Hands everything over.
    Documents take() { return std::exchange(documents_, {}); }

  private:
    Documents documents_;
};

} // namespace changer::store
