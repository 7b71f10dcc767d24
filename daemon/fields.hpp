// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace changer::daemon {

/// Where the first mistake in a document is kept; what comes after it is not reported.
using FirstError = std::optional<Error>;

/// Reads the members of one JSON object. A wrong type, a value out of range or a member nobody
/// asked for is recorded with its JSON pointer; the reader goes on, and the caller judges once.
class Fields {
  public:
    /// `pointer` names the object in its document: "" is the whole document.
    Fields(const nlohmann::json& value, std::string pointer, FirstError& error);

    std::optional<std::string> text(std::string_view key);
    std::optional<bool> boolean(std::string_view key);

    /// Returns the member whatever it is.
    const nlohmann::json* any(std::string_view key) { return find(key); }

    /// Returns the member if it is an object; read it with Fields of its own.
    const nlohmann::json* object(std::string_view key);
    /// Returns the member if it is an array.
    const nlohmann::json* array(std::string_view key);

    /// Records a missing member.
    void require(std::string_view key);
    /// Records a mistake in member `key`.
    void fail(std::string_view key, std::string_view what);
    /// Records the first member that was never asked for. Call it last.
    void refuse_others();

    /// Names member `key` in the document.
    std::string pointer(std::string_view key) const;

  private:
    const nlohmann::json* find(std::string_view key);

    const nlohmann::json* object_ = nullptr;
    std::string pointer_;
    FirstError* error_;
    std::set<std::string, std::less<>> known_;
};

} // namespace changer::daemon
