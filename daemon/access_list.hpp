// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.hpp"
#include "support/result.hpp"
#include "tokens.hpp"

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace changer::daemon {

/// One line of a library's access list, its name a number.
struct Grant {
    AccessEntry::Kind kind = AccessEntry::Kind::user;
    id_t number = static_cast<id_t>(-1); ///< of a user or a group
    std::string token = {};              ///< the name of a token
    Rights rights = {};

    bool operator==(const Grant&) const = default;
};

/// Who may do what, by library.
using AccessList = std::map<std::string, std::vector<Grant>, std::less<>>;

/// Where the names of users and groups become numbers. A lookup may ask other machines: never on
/// the loop.
struct NameService {
    using Lookup = std::function<Result<std::optional<id_t>>(const std::string& name)>;
    Lookup user;
    Lookup group;

    /// The machine's own: getpwnam_r(3), getgrnam_r(3).
    static NameService system();
};

/// Refuses an entry for a token that is not in the file of tokens.
///
/// Errors:  malformed_document — with its JSON pointer
Result<void> check_tokens(const std::vector<LibraryConfig>& libraries, const Tokens& tokens);

/// Turns the names of all access lists into numbers. A name that nobody has and that is a number
/// stands for itself, as with chown(1).
///
/// Blocks:  as long as the name service takes
/// Errors:  malformed_document — an unknown name, or one that can never match, with its JSON
///          pointer.  failed — the name service does not answer
Result<AccessList> resolve_access(const std::vector<LibraryConfig>& libraries,
                                  const NameService& names = NameService::system());

} // namespace changer::daemon
