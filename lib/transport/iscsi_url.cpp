// SPDX-License-Identifier: Apache-2.0
#include "transport/iscsi_url.hpp"

#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace changer {
namespace {

constexpr std::string_view scheme = "iscsi://";
constexpr std::size_t max_host = 253;   // RFC 1035 2.3.4, without the trailing dot
constexpr std::size_t max_target = 223; // RFC 7143 4.2.7.1
constexpr unsigned max_lun = 0x3FFF;    // SAM-5 4.7: what flat addressing reaches

Error wrong(std::string_view text, std::string_view what) {
    return {Code::invalid_parameter,
            fmt::format("{}: {}; wanted is iscsi://host[:port]/target/lun", text, what)};
}

/// Host names and addresses, no more: what is shown later must not carry control characters.
bool host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

bool address_character(char c) {
    return host_character(c) || c == ':' || c == '%'; // fe80::1%eth0
}

bool printable(char c) {
    return c > ' ' && c < 0x7F;
}

template <class Number>
std::optional<Number> number(std::string_view digits, unsigned most) {
    unsigned value = 0;
    const auto* end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value);
    if (digits.empty() || result.ec != std::errc{} || result.ptr != end || value > most)
        return std::nullopt;
    return static_cast<Number>(value);
}

/// Cuts `text` at the first `mark`; both parts without it. No mark: the second part is none.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos)
        return std::nullopt;
    const auto rest = text.substr(at + 1);
    text = text.substr(0, at);
    return rest;
}

/// Decodes "%3A"; none if a percent sign has no two hexadecimal digits behind it.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1)
            return std::nullopt;
        decoded += static_cast<char>(byte->front());
        i += 2;
    }
    return decoded;
}

/// Splits "host:port", "[v6]:port" and both without a port; none if it is neither.
bool parse_authority(std::string_view text, IscsiUrl& url) {
    std::string_view host = text;
    std::optional<std::string_view> port;
    bool (*allowed)(char) = host_character;
    if (text.starts_with('[')) {
        host.remove_prefix(1);
        const auto behind = cut(host, ']');
        if (!behind || (!behind->empty() && behind->front() != ':'))
            return false;
        if (!behind->empty())
            port = behind->substr(1);
        allowed = address_character;
    } else {
        port = cut(host, ':');
    }
    const auto port_number = port ? number<std::uint16_t>(*port, 0xFFFF) : std::optional(url.port);
    if (!port_number || *port_number == 0 || host.empty() || host.size() > max_host ||
        !std::all_of(host.begin(), host.end(), allowed))
        return false;
    url.host = host;
    url.port = *port_number;
    return true;
}

bool target_name(std::string_view name) {
    return name.size() <= max_target && std::all_of(name.begin(), name.end(), printable) &&
           (name.starts_with("iqn.") || name.starts_with("eui.") || name.starts_with("naa."));
}

} // namespace

Result<IscsiUrl> parse_iscsi_url(std::string_view text) {
    if (!text.starts_with(scheme))
        return wrong(text, "not an iSCSI URL");
    std::string_view authority = text.substr(scheme.size());
    if (authority.find('@') != std::string_view::npos)
        return Error{Code::invalid_parameter,
                     "an iSCSI URL holds no user or password; name a file that holds the secret"};
    auto target = cut(authority, '/');
    auto lun = target ? cut(*target, '/') : std::nullopt;
    IscsiUrl url;
    if (!parse_authority(authority, url))
        return wrong(text, "host or port is wrong");
    if (!target || target->empty())
        return wrong(text, "the target is missing");
    auto name = percent_decoded(*target);
    if (!name || !target_name(*name))
        return wrong(text, "the target is no iqn., eui. or naa. name");
    url.target = *std::move(name);
    if (!lun)
        return wrong(text, "the LUN is missing");
    const auto lun_number = number<std::uint16_t>(*lun, max_lun);
    if (!lun_number)
        return wrong(text, fmt::format("the LUN is no number up to {}", max_lun));
    url.lun = *lun_number;
    return url;
}

std::string portal(const IscsiUrl& url) {
    const bool bracketed = url.host.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", bracketed ? "[" : "", url.host, bracketed ? "]" : "", url.port);
}

std::string to_string(const IscsiUrl& url) {
    std::string where = portal(url);
    std::transform(where.begin(), where.end(), where.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return fmt::format("{}{}/{}/{}", scheme, where, url.target, url.lun);
}

} // namespace changer
