// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer {

/// Parses hostile text into a document. A key that comes twice in one object is an error, because
/// readers differ in which of the two they believe; so is nesting deeper than 32 levels.
///
/// Errors:  malformed_document — with line and column, or the JSON pointer of the key
Result<nlohmann::json> parse_quirk_text(std::string_view text);

/// Reads the members of one object; the first mistake is kept, unknown members are mistakes.
/// `object` must outlive it.
class Fields {
  public:
    Fields(const nlohmann::json& object, std::string pointer);

    /// Finds a member that need not be there.
    const nlohmann::json* find(std::string_view key);

    void text(std::string_view key, std::string& to);
    void required_text(std::string_view key, std::string& to);
    void flag(std::string_view key, std::optional<bool>& to);

    /// Reads a whole number from `least` to `most`.
    std::optional<std::uint64_t>
    number(std::string_view key, std::uint64_t least, std::uint64_t most);

    /// Notes a mistake about a member, or about the object itself where `key` is empty.
    void fail(std::string_view key, std::string_view what);

    /// Takes over a mistake found further down.
    void adopt(std::optional<Error> error);

    /// The JSON pointer of a member.
    std::string below(std::string_view key) const;

    /// The verdict: the first mistake, an unknown member being the last looked for.
    std::optional<Error> finish();

  private:
    const nlohmann::json& object_;
    std::string pointer_;
    std::vector<std::string> known_;
    std::optional<Error> error_;
};

} // namespace changer
