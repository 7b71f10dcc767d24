// SPDX-License-Identifier: Apache-2.0
#include "tokens.hpp"

#include "support/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace changer::daemon {
namespace {

constexpr std::size_t largest_file_bytes = std::size_t{64} * 1024;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/// Takes the next word of a line.
std::string_view take_word(std::string_view& line) {
    const auto begin = std::find_if_not(line.begin(), line.end(), is_blank);
    const auto end = std::find_if(begin, line.end(), is_blank);
    const std::string_view word(begin, end);
    line = std::string_view(end, line.end());
    return word;
}

std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9')
        return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<Sha256Digest> digest_in(std::string_view text) {
    Sha256Digest digest{};
    if (text.size() != 2 * digest.size())
        return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const auto high = nibble(text[2 * i]);
        const auto low = nibble(text[2 * i + 1]);
        if (!high || !low)
            return std::nullopt;
        digest[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return digest;
}

Error in_line(std::size_t number, std::string_view what) {
    return {Code::malformed_document, fmt::format("line {}: {}", number, what)};
}

Error cannot_read(const std::string& path, int reason) {
    return {reason == EACCES ? Code::access_denied : Code::not_found,
            fmt::format("{}: {}", path, std::generic_category().message(reason))};
}

/// Refuses a file that others than its owner and root could read or write.
Result<void> check_file(const std::string& path, int fd) {
    struct stat file {};

    if (::fstat(fd, &file) != 0)
        return cannot_read(path, errno);
    if (!S_ISREG(file.st_mode))
        return Error{Code::malformed_document, path + " is not a file"};
    if (file.st_uid != 0 && file.st_uid != ::geteuid())
        return Error{
            Code::access_denied,
            fmt::format("{} belongs to uid {}: it must be root's, or the daemon's own (uid {})",
                        path,
                        file.st_uid,
                        ::geteuid())};
    if ((file.st_mode & 0077) != 0)
        return Error{Code::access_denied,
                     fmt::format("{} can be read by others: chmod 0600 it", path)};
    return {};
}

} // namespace

bool is_token_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), allowed);
}

Result<Tokens> parse_tokens(std::string_view text) {
    Tokens tokens;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        const std::string_view name = take_word(line);
        if (name.empty() || name.front() == '#')
            continue;
        const auto digest = digest_in(take_word(line));
        if (!is_token_name(name))
            return in_line(number, "a name is 1 to 64 of letters, digits, `.`, `_` and `-`");
        if (!digest || !take_word(line).empty())
            return in_line(number, "it must be `NAME SHA256`, the digest in 64 hex digits");
        for (const Token& token : tokens)
            if (token.name == name || token.digest == *digest)
                return in_line(number, "an earlier line has the same name or the same digest");
        tokens.push_back({std::string(name), *digest});
    }
    return tokens;
}

Result<Tokens> load_tokens(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd)
        return cannot_read(path, errno);
    if (auto checked = check_file(path, fd.get()); !checked)
        return std::move(checked).error();
    std::string text;
    while (text.size() <= largest_file_bytes) {
        char buffer[4096];
        const ssize_t length = ::read(fd.get(), buffer, sizeof(buffer));
        if (length < 0)
            return cannot_read(path, errno);
        if (length == 0)
            break;
        text.append(buffer, static_cast<std::size_t>(length));
    }
    if (text.size() > largest_file_bytes)
        return Error{Code::malformed_document, path + " is larger than 64 KiB"};
    auto tokens = parse_tokens(text);
    if (!tokens)
        return std::move(tokens).error().in(path);
    return tokens;
}

std::optional<std::string> token_of(const Tokens& tokens, std::string_view secret) {
    const Sha256Digest presented = sha256(secret);
    std::size_t found = tokens.size();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::uint8_t difference = 0;
        for (std::size_t k = 0; k < presented.size(); ++k)
            difference =
                static_cast<std::uint8_t>(difference | (presented[k] ^ tokens[i].digest[k]));
        found = difference == 0 ? i : found;
    }
    return found == tokens.size() ? std::nullopt : std::optional(tokens[found].name);
}

} // namespace changer::daemon
