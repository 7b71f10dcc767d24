// SPDX-License-Identifier: Apache-2.0
#include "access_list.hpp"

#include "peer.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace changer::daemon {
namespace {

constexpr std::size_t largest_record_bytes =
    std::size_t{1024} * 1024; // of a group with many members

/// Calls one of the getXXnam_r functions with a buffer that is large enough.
template <class Record, class Function, class Number>
Result<std::optional<id_t>> look_up(const std::string& name, Function function, Number number) {
    std::vector<char> buffer(4096);
    while (true) {
        Record record{};
        Record* found = nullptr;
        const int reason = function(name.c_str(), &record, buffer.data(), buffer.size(), &found);
        if (found != nullptr)
            return std::optional<id_t>(number(record));
        if (reason == ERANGE && buffer.size() < largest_record_bytes) {
            buffer.resize(4 * buffer.size());
            continue;
        }
        // getpwnam(3): what "not found" is called differs from one name service to the next.
        if (reason == 0 || reason == ENOENT || reason == ESRCH || reason == EBADF ||
            reason == EPERM)
            return std::optional<id_t>();
        return Error{Code::failed,
                     fmt::format("the name service does not tell who {} is: {}; try again",
                                 name,
                                 std::generic_category().message(reason))};
    }
}

std::optional<id_t> as_number(std::string_view text) {
    id_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::string_view word(AccessEntry::Kind kind) {
    switch (kind) {
    case AccessEntry::Kind::user:
        return "user";
    case AccessEntry::Kind::group:
        return "group";
    case AccessEntry::Kind::token:
        break;
    }
    return "token";
}

Result<Grant> resolve(const AccessEntry& entry, const NameService& names) {
    Grant grant{.kind = entry.kind, .rights = entry.rights};
    if (entry.kind == AccessEntry::Kind::token) {
        grant.token = entry.name;
        return grant;
    }
    const bool user = entry.kind == AccessEntry::Kind::user;
    auto number = (user ? names.user : names.group)(entry.name);
    if (!number)
        return std::move(number).error();
    if (!*number)
        *number = as_number(entry.name);
    if (!*number)
        return Error{Code::malformed_document,
                     fmt::format("there is no {} `{}` on this machine: create it, or take this "
                                 "entry out",
                                 word(entry.kind),
                                 entry.name)};
    grant.number = **number;
    if (!is_nameable(grant.number))
        return Error{Code::malformed_document,
                     fmt::format("{} `{}` has the number that stands for everybody unknown, and "
                                 "never matches: name another",
                                 word(entry.kind),
                                 entry.name)};
    return grant;
}

} // namespace

NameService NameService::system() {
    return {[](const std::string& name) {
                return look_up<passwd>(
                    name, ::getpwnam_r, [](const passwd& record) { return record.pw_uid; });
            },
            [](const std::string& name) {
                return look_up<struct group>(
                    name, ::getgrnam_r, [](const struct group& record) { return record.gr_gid; });
            }};
}

Result<void> check_tokens(const std::vector<LibraryConfig>& libraries, const Tokens& tokens) {
    for (std::size_t i = 0; i < libraries.size(); ++i)
        for (std::size_t k = 0; k < libraries[i].access.size(); ++k) {
            const AccessEntry& entry = libraries[i].access[k];
            const auto same = [&](const Token& token) { return token.name == entry.name; };
            if (entry.kind == AccessEntry::Kind::token &&
                std::none_of(tokens.begin(), tokens.end(), same))
                return Error{Code::malformed_document,
                             fmt::format("/libraries/{}/access/{}/token: there is no token `{}` in "
                                         "the tokens_file",
                                         i,
                                         k,
                                         entry.name)};
        }
    return {};
}

Result<AccessList> resolve_access(const std::vector<LibraryConfig>& libraries,
                                  const NameService& names) {
    AccessList list;
    for (std::size_t i = 0; i < libraries.size(); ++i) {
        auto& grants = list[libraries[i].id];
        for (std::size_t k = 0; k < libraries[i].access.size(); ++k) {
            const AccessEntry& entry = libraries[i].access[k];
            auto grant = resolve(entry, names);
            if (!grant)
                return Error{grant.error().code,
                             fmt::format("/libraries/{}/access/{}/{}: {}",
                                         i,
                                         k,
                                         word(entry.kind),
                                         grant.error().what)};
            grants.push_back(*std::move(grant));
        }
    }
    return list;
}

} // namespace changer::daemon
