// SPDX-License-Identifier: Apache-2.0
#include "http_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace changer::daemon {
namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_token(char c) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || others.find(c) != others.npos;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// What must be counted over all fields.
struct Counts {
    int host = 0;
    int content_length = 0;
    int transfer_encoding = 0;
};

std::optional<std::string> field_problem(std::string_view line, Counts& counts) {
    if (line.front() == ' ' || line.front() == '\t')
        return "a folded header field";
    const std::size_t colon = line.find(':');
    if (colon == line.npos || colon == 0)
        return "a header field without a name";
    const std::string_view name = line.substr(0, colon);
    if (!std::all_of(name.begin(), name.end(), is_token))
        return "a header field's name has characters that no name has";
    const std::string_view value = trimmed(line.substr(colon + 1));
    const std::string key = lower(name);
    if (key == "host")
        ++counts.host;
    if (key == "content-length") {
        ++counts.content_length;
        const auto digit = [](char c) { return c >= '0' && c <= '9'; };
        if (value.empty() || !std::all_of(value.begin(), value.end(), digit))
            return "Content-Length is not a number";
    }
    if (key == "transfer-encoding") {
        ++counts.transfer_encoding;
        if (lower(value) != "chunked")
            return "the only Transfer-Encoding is chunked";
    }
    return std::nullopt;
}

std::optional<std::string> request_line_problem(std::string_view line) {
    const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == line.npos || first == last || first == 0)
        return "the request line is not method, target, version";
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (target.empty() || !std::all_of(target.begin(), target.end(), visible))
        return "the request target has characters that must be escaped";
    const std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return "the version is not HTTP/1.1";
    return std::nullopt;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return std::nullopt;
            c = static_cast<char>(high << 4 | low);
            i += 2;
        }
        if (is_control(c))
            return std::nullopt;
        out += c;
    }
    return out;
}

/// Calls `each` with the parts of `text` between `separator`s; false as soon as one call fails.
template <class F>
bool split(std::string_view text, char separator, F each) {
    while (true) {
        const std::size_t end = text.find(separator);
        if (!each(text.substr(0, end)))
            return false;
        if (end == text.npos)
            return true;
        text.remove_prefix(end + 1);
    }
}

} // namespace

std::optional<std::string> head_problem(std::string_view head) {
    Counts counts;
    bool request_line = true;
    bool http_1_0 = false;
    while (true) {
        const std::size_t end = head.find("\r\n");
        if (end == head.npos)
            return "a line does not end with CR LF";
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + 2);
        if (line.empty() && !request_line)
            break;
        const auto forbidden = [](char c) { return is_control(c) && c != '\t'; };
        if (std::any_of(line.begin(), line.end(), forbidden))
            return "a control character in the head";
        auto problem = request_line ? request_line_problem(line) : field_problem(line, counts);
        if (problem)
            return problem;
        http_1_0 = http_1_0 || (request_line && line.ends_with("HTTP/1.0"));
        request_line = false;
    }
    if (counts.host > 1 || (counts.host == 0 && !http_1_0))
        return "there must be exactly one Host";
    if (counts.content_length > 1)
        return "there must be at most one Content-Length";
    if (counts.transfer_encoding > 1 || (counts.transfer_encoding > 0 && counts.content_length > 0))
        return "Content-Length and Transfer-Encoding contradict each other";
    return std::nullopt;
}

Result<Target> decode_target(std::string_view target) {
    const Error bad{Code::invalid_parameter, "the request target is not a path"};
    if (!target.starts_with('/') || target.find('#') != target.npos)
        return bad;
    Target decoded;
    const std::size_t mark = target.find('?');
    const bool path_ok = split(target.substr(1, mark == target.npos ? mark : mark - 1),
                               '/',
                               [&](std::string_view segment) {
                                   const auto text = unescape(segment);
                                   if (text)
                                       decoded.path.push_back(*text);
                                   return text.has_value();
                               });
    if (!path_ok)
        return bad;
    if (mark == target.npos || mark + 1 == target.size())
        return decoded;
    const bool query_ok = split(target.substr(mark + 1), '&', [&](std::string_view pair) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = unescape(pair.substr(0, equals));
        const auto value =
            unescape(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
        if (name && value)
            decoded.query.emplace_back(*name, *value);
        return name && value;
    });
    if (!query_ok)
        return bad;
    return decoded;
}

} // namespace changer::daemon
