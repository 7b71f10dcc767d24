// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/change.hpp"

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::store {

/// One document; never changed once it is shared.
struct Document {
    std::string key;
    std::string value;
};

using DocumentRef = std::shared_ptr<const Document>;

/// The documents of one library, by key. A change costs the logarithm of their number; a frozen
/// copy shares the documents themselves.
class DocumentSet {
  public:
    void put(std::string_view key, std::string value) {
        auto document =
            std::make_shared<const Document>(Document{std::string(key), std::move(value)});
        const auto found = documents_.find(key);
        if (found == documents_.end()) {
            documents_.insert(std::move(document));
            return;
        }
        auto node = documents_.extract(found);
        node.value() = std::move(document);
        documents_.insert(std::move(node));
    }

    void remove(std::string_view key) {
        if (const auto found = documents_.find(key); found != documents_.end())
            documents_.erase(found);
    }

    void apply(std::span<const Change> changes) {
        for (const Change& change : changes) {
            if (change.value)
                put(change.key, *change.value);
            else
                remove(change.key);
        }
    }

    std::size_t size() const { return documents_.size(); }

    /// Returns all documents in the order of their keys; what happens to the set later does not
    /// show in them.
    std::vector<DocumentRef> freeze() const { return {documents_.begin(), documents_.end()}; }

    /// Copies everything, for a caller that keeps it.
    std::map<std::string, std::string> copy() const {
        std::map<std::string, std::string> all;
        for (const DocumentRef& document : documents_)
            all.emplace_hint(all.end(), document->key, document->value);
        return all;
    }

    /// Hands everything over, one document at a time: they are never held twice.
    std::map<std::string, std::string> take() {
        std::map<std::string, std::string> all;
        while (!documents_.empty()) {
            const auto document = std::move(documents_.extract(documents_.begin()).value());
            all.emplace_hint(all.end(), document->key, document->value);
        }
        return all;
    }

  private:
    struct ByKey {
        using is_transparent = void;

        static std::string_view key(std::string_view text) { return text; }

        static std::string_view key(const DocumentRef& document) { return document->key; }

        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return key(a) < key(b);
        }
    };

    std::set<DocumentRef, ByKey> documents_;
};

} // namespace changer::store
