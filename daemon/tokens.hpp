// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"
#include "support/sha256.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// One secret by which a client over TCP is known; only its digest is kept.
struct Token {
    std::string name;
    Sha256Digest digest{};

    bool operator==(const Token&) const = default;
};

/// The tokens of one file.
using Tokens = std::vector<Token>;

/// Tells whether `name` may name a token: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`.
bool is_token_name(std::string_view name);

/// Reads lines `NAME SHA256`; empty ones and those that begin with # are skipped.
///
/// Errors:  malformed_document — the line that is wrong, by its number; never its text
Result<Tokens> parse_tokens(std::string_view text);

/// Reads the file of tokens.
///
/// Errors:  access_denied — it belongs to somebody else, or others may read it.  not_found; those
///          of parse_tokens
Result<Tokens> load_tokens(const std::string& path);

/// Returns the name of the token that `secret` is. The time this takes does not depend on how much
/// of a digest agrees, nor on which token it is.
std::optional<std::string> token_of(const Tokens& tokens, std::string_view secret);

} // namespace changer::daemon
